package io.engram.unlearn.study.measures;

import java.util.List;
import java.util.SortedMap;

/**
 * A model of a study: a line of {@code models.jsonl}, written when all of it has been measured.
 *
 * @param number from 0
 * @param arm what it learned
 * @param rate its learning rate
 * @param looks what was measured
 */
public record ModelRow(int number, Arm arm, double rate, List<Look> looks) {
  /** Copies the list. */
  public ModelRow {
    looks = List.copyOf(looks);
  }

  /** How a model is when it is measured. */
  public enum State {
    /** As it was trained. */
    PLAIN("as trained"),
    /** After an attacker's epoch on the other authors. */
    RELEARNED("relearned"),
    /** With its linear weights rounded to four bits. */
    INT4("int4");

    private final String title;

    State(String title) {
      this.title = title;
    }

    /** In words. */
    public String title() {
      return title;
    }
  }

  /**
   * A measurement.
   *
   * @param epochs how long the model had been trained
   * @param means of each measure over the samples asked about; larger means better known. A measure
   *     that is NaN is missing
   */
  public record Look(int epochs, State state, SortedMap<String, Double> means) {}

  /** The mean of a measure; NaN if it is missing. */
  double mean(int epochs, State state, String measure) {
    for (Look look : looks) {
      if (look.epochs() == epochs && look.state() == state) {
        return look.means().getOrDefault(measure, Double.NaN);
      }
    }
    return Double.NaN;
  }
}
