package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A set of measurements that belong together, opened with its settings. */
public interface Suite {
  /** Its name in recipes and measurements. */
  String name();

  /** Measures a model in its current state. */
  Evaluation measure(Stage stage);

  /**
   * What it measures, by the beginning of the metric ids. Two suites of an evaluation may share a
   * beginning only if it stands for equal things; otherwise one's values would replace the other's.
   */
  default Map<String, Object> measured() {
    return Map.of(name(), this);
  }

  /** Whether {@link #ofRun} changes what is measured. */
  default boolean followsRun() {
    return false;
  }

  /**
   * The suite on the samples that a run forgets, if it depends on them and its name doesn't say
   * otherwise.
   *
   * @param forget the run's own samples, after filtering, limiting and drawing
   */
  default Suite ofRun(List<Sample> forget) {
    return this;
  }

  /**
   * A model at a stage of its run, for suites to measure one after the other.
   *
   * @param model borrowed; its weights must not change meanwhile
   * @param name {@code before}, {@code after} or {@code epoch-N}; goes into the measurements
   * @param limit measure only the first this many rows of each set; 0 or less: all
   * @param answers this model's answers, shared by the suites
   * @param progress receives progress reports
   * @param original what the stage {@code before} of the same run measured, nothing during that
   *     stage itself; null: the model is measured outside of a run
   */
  record Stage(
      LanguageModel model,
      String name,
      int limit,
      GreedyAnswers answers,
      ProgressListener progress,
      @Nullable List<Measurement> original) {
    private static final String BEFORE = "before";

    /** A stage outside of a run, without any answers yet. */
    public Stage(LanguageModel model, String name, int limit, ProgressListener progress) {
      this(model, name, limit, new GreedyAnswers(model), progress, null);
    }

    /** The same in a run that has measured this so far. */
    public Stage in(List<Measurement> ofRun) {
      boolean first = name.equals(BEFORE);
      return new Stage(
          model,
          name,
          limit,
          answers,
          progress,
          first
              ? List.of()
              : ofRun.stream().filter(found -> found.stage().equals(BEFORE)).toList());
    }

    /** The rows of a set to measure. */
    public <T> List<T> first(List<T> rows) {
      return first(rows, limit);
    }

    /** The first this many rows; 0 or less: all. */
    public static <T> List<T> first(List<T> rows, int limit) {
      return limit > 0 && limit < rows.size() ? rows.subList(0, limit) : rows;
    }
  }

  /**
   * A suite's results.
   *
   * @param measurements the numbers; each is finite
   * @param rowsBySet every sample's row, a record of the suite's own, by the set's name
   * @param notes what a reader of the numbers should know: which judge was used, what couldn't be
   *     measured
   */
  record Evaluation(
      List<Measurement> measurements,
      Map<String, ? extends List<?>> rowsBySet,
      List<String> notes) {
    /** Copies all three; the sets keep their order. */
    public Evaluation {
      measurements = List.copyOf(measurements);
      Map<String, List<?>> copy = new LinkedHashMap<>();
      rowsBySet.forEach((set, rows) -> copy.put(set, List.copyOf(rows)));
      rowsBySet = copy;
      notes = List.copyOf(notes);
    }
  }
}
