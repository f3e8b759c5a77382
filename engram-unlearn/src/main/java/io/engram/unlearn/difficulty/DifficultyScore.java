package io.engram.unlearn.difficulty;

import io.engram.core.run.MrdRow;
import io.engram.core.settings.Choices;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How hard each sample is to forget, by one way to tell: MRD, or a rival of it. A score is a record
 * whose components are its options; orders, {@code engram mrd}, studies and the report all use it
 * through this interface. A new one is a file beside these and a line in {@link DifficultyScores}.
 */
public interface DifficultyScore {
  /** What a recipe, a column and a file call it: {@code antithetic}, {@code loss_mean}. */
  default String name() {
    return Choices.nameOf(this);
  }

  /** What a table's heading calls its values: {@code MRD}. */
  String title();

  /** Of its values; empty where they have none. */
  String unit();

  /** What rows in files keep its values under: its name, for all but MRD and its parts. */
  default String column() {
    return name();
  }

  /** What the score is, for a reader who meets it on a screen: one to three lines. */
  String about();

  /** Which end of the scale is hard. */
  Direction direction();

  /** What it needs beside the samples and the model. */
  default Set<Need> needs() {
    return Set.of();
  }

  /** What measuring costs. */
  Cost cost();

  /**
   * Measures the samples. The model is the same, bit for bit, afterwards.
   *
   * @return one row a sample, in order
   * @throws io.engram.core.EngramException if the score says nothing of a sample, or a need isn't
   *     met
   */
  Measured measure(Scoring scoring);

  /**
   * How easy a sample of this value is: what an order draws it in proportion to. Large is easy,
   * whatever the score's direction.
   *
   * @return ≥ 0
   */
  default double ease(double value) {
    return value;
  }

  /**
   * What a score found.
   *
   * @param rows one a sample, in order
   * @param facts of the whole measurement, for journals and JSON: {@code sigma}, {@code passes}
   * @param notes what a reader should know
   */
  record Measured(List<MrdRow> rows, Map<String, Object> facts, List<String> notes) {
    /** Values without an error of their own, from one look at each sample. */
    static Measured exact(
        DifficultyScore score, List<TokenizedSample> samples, double[] values, String... notes) {
      List<MrdRow> rows = new ArrayList<>();
      for (int i = 0; i < values.length; i++) {
        TokenizedSample sample = samples.get(i);
        rows.add(
            new MrdRow(sample.id(), score.column(), values[i], Double.NaN, 1, sample.labels(), 0));
      }
      return new Measured(List.copyOf(rows), Map.of("estimator", score.name()), List.of(notes));
    }

    /** The values, {@code [N]}. */
    public double[] values() {
      return rows.stream().mapToDouble(MrdRow::value).toArray();
    }
  }

  /** Which end of a score's scale is hard. */
  enum Direction {
    /** As MRD: a large value means few updates. */
    LARGE_IS_EASY,
    /** A large value means many updates. */
    LARGE_IS_HARD
  }

  /** What a score may need. */
  enum Need {
    /** Backward passes: the memory of an update's gradients. */
    GRADIENTS,
    /** Samples that are to be kept. */
    RETAIN_SET,
    /** A model trained without the forget set. */
    RETRAINED_MODEL,
    /** The optimizer and the scope of the updates to come. */
    OPTIMIZER,
    /** Generated text. */
    GENERATION
  }

  /**
   * What measuring costs.
   *
   * @param passes of all samples, a backward pass counted as two; an upper bound, roughly
   * @param text the same in words
   */
  record Cost(double passes, String text) {}
}
