package io.engram.unlearn.difficulty;

import io.engram.core.run.MrdRow;
import io.engram.core.settings.Choices;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A measure of how hard each sample is to forget: MRD, or a rival. A score is a record whose
 * components are its options. Orders, {@code engram mrd}, studies and the report all use it through
 * this interface. To add a score, add a file to this package and a line to {@link
 * DifficultyScores}.
 */
public interface DifficultyScore {
  /** Its name in recipes, columns and files: {@code antithetic}, {@code loss_mean}. */
  default String name() {
    return Choices.nameOf(this);
  }

  /** The heading of its values in tables: {@code MRD}. */
  String title();

  /** The unit of its values; empty if they have none. */
  String unit();

  /** The key of its values in the rows of files: its name, except for MRD and its variants. */
  default String column() {
    return name();
  }

  /** Explains the score to a user in one to three lines. */
  String about();

  /** Which end of the scale is hard. */
  Direction direction();

  /** What it needs in addition to the samples and the model. */
  default Set<Need> needs() {
    return Set.of();
  }

  /** The cost of measuring. */
  Cost cost();

  /**
   * Measures the samples. Leaves the model unchanged, bit for bit.
   *
   * @return one row per sample, in order
   * @throws io.engram.core.EngramException if the score has no value for a sample, or a need is not
   *     met
   */
  Measured measure(Scoring scoring);

  /**
   * How easy a sample with this value is. An order draws samples in proportion to it. Large means
   * easy, whatever the score's direction.
   *
   * @return ≥ 0
   */
  default double ease(double value) {
    return value;
  }

  /**
   * The result of a measurement.
   *
   * @param rows one per sample, in order
   * @param facts facts about the whole measurement, for journals and JSON: {@code sigma}, {@code
   *     passes}
   * @param notes what a reader should know
   */
  record Measured(List<MrdRow> rows, Map<String, Object> facts, List<String> notes) {
    /** Values without a standard error, from one look at each sample. */
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
    /** As for MRD: a large value means few updates. */
    LARGE_IS_EASY,
    /** A large value means many updates. */
    LARGE_IS_HARD
  }

  /** What a score may need. */
  enum Need {
    /** Backward passes: the memory of an update's gradients. */
    GRADIENTS,
    /** Samples to keep. */
    RETAIN_SET,
    /** A model trained without the forget set. */
    RETRAINED_MODEL,
    /** The optimizer and the scope of the updates to come. */
    OPTIMIZER,
    /** A run to rehearse, so it is measured before the first update only. */
    REHEARSAL,
    /** Generated text. */
    GENERATION
  }

  /**
   * The cost of measuring.
   *
   * @param passes number of passes over all samples, counting a backward pass as two; a rough upper
   *     bound
   * @param text the same in words
   */
  record Cost(double passes, String text) {}
}
