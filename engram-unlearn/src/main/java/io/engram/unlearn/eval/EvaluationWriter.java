package io.engram.unlearn.eval;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs suites and writes their results into a run folder. */
public final class EvaluationWriter {
  private EvaluationWriter() {}

  /**
   * Measures a model at a stage. Writes {@code eval/STAGE/SET.jsonl} and {@code
   * measurements.jsonl}, and the suites' notes into the journal.
   *
   * @param suites opened with their settings
   * @return all measurements of this stage
   */
  public static List<Measurement> evaluate(List<Suite> suites, Stage stage, RunFolder folder) {
    List<Measurement> all = new ArrayList<>();
    for (Suite suite : suites) {
      Evaluation evaluation = suite.measure(stage);
      evaluation
          .rowsBySet()
          .forEach(
              (set, rows) ->
                  JsonFiles.writeLines(
                      folder.evaluationRows(stage.name()).resolve(set + ".jsonl"), rows));
      folder.appendMeasurements(evaluation.measurements());
      evaluation
          .notes()
          .forEach(
              note -> folder.journal().write("note", Map.of("text", stage.name() + ": " + note)));
      all.addAll(evaluation.measurements());
    }
    return all;
  }
}
