package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A way to find out whether a model knows samples. */
@FunctionalInterface
public interface Attack {
  /**
   * Attacks a model and measures how well it knows samples then. The model's weights are as before
   * when this returns or throws.
   *
   * @throws EngramException if it can't be carried out, in words for the person who asked
   */
  Outcome on(Victim victim);

  /**
   * Whether it never changes a weight, so that copies of the model on other machines can compute
   * its passes.
   */
  default boolean onlyReads() {
    return false;
  }

  /**
   * Numbers for the summary that need all models; none unless an attack has some.
   *
   * @param plain the measurement without an attack
   * @param attacked the same under this attack
   * @param retrained whether the controls are the requests under a model that never saw them
   */
  default SortedMap<String, Double> facts(Compared plain, Compared attacked, boolean retrained) {
    return new TreeMap<>();
  }

  /**
   * What an attack found.
   *
   * @param rows one for each sample and setting. If there are several of one sample and setting,
   *     the largest value of each measure counts
   * @param facts other numbers of this model, for the summary. A pair {@code X_auc} and {@code
   *     X_auc_standard_error} tells that a membership attack separates requests from controls; see
   *     {@link Verdicts}
   * @param notes what a reader must know to read the numbers
   */
  record Outcome(List<Row> rows, SortedMap<String, Double> facts, List<String> notes) {
    /** Copies the lists. */
    public Outcome {
      rows = List.copyOf(rows);
      notes = List.copyOf(notes);
    }

    /** Rows and nothing else. */
    public static Outcome of(List<Row> rows) {
      return new Outcome(rows, new TreeMap<>(), List.of());
    }
  }
}
