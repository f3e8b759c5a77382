package io.engram.core.paper;

import java.util.List;

/**
 * Table 7 as the paper prints it: one example of each level.
 *
 * @param section where the paper has it
 * @param text where its text says which level has the larger MRD
 * @param levels a characteristic each
 */
public record PaperCharacteristics(String section, String text, List<Level> levels) {
  /**
   * A characteristic.
   *
   * @param name as our table has it
   * @param low MRD of the example of the low level
   * @param high MRD of the example of the high level
   * @param textSaysLarger whether the text says that MRD is larger where it's high
   */
  public record Level(String name, double low, double high, boolean textSaysLarger) {}

  /** As printed. */
  public static PaperCharacteristics read() {
    return PaperData.read("table7", PaperCharacteristics.class);
  }

  /** The level of this name; empty where the paper hasn't it. */
  public List<Level> of(String name) {
    return levels.stream().filter(level -> level.name().equals(name)).toList();
  }
}
