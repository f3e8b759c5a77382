package io.engram.core.paper;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The paper's own numbers, kept as data beside this class. */
public final class PaperData {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private PaperData() {}

  /**
   * What is kept under a name, {@code table1}.
   *
   * @param type a record with its keys
   */
  public static <T> T read(String name, Class<T> type) {
    try (InputStream in = PaperData.class.getResourceAsStream(name + ".yaml")) {
      return YAML.readValue(Objects.requireNonNull(in, name), type);
    } catch (IOException e) {
      throw EngramException.file("the paper's " + name + " can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * Table 7 as the paper prints it: one example of each level.
   *
   * @param section where the paper has it
   * @param text where its text says which level has the larger MRD
   * @param levels a characteristic each
   */
  public record Characteristics(String section, String text, List<Level> levels) {
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
    public static Characteristics read() {
      return PaperData.read("table7", Characteristics.class);
    }

    /** The level of this name; empty where the paper hasn't it. */
    public List<Level> of(String name) {
      return levels.stream().filter(level -> level.name().equals(name)).toList();
    }
  }
}
