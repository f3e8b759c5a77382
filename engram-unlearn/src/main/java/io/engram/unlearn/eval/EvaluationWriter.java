package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs suites and writes their results into a run folder. */
public final class EvaluationWriter {
  private EvaluationWriter() {}

  /**
   * Measures a model. Writes {@code eval/STAGE/SET.jsonl} and {@code measurements.jsonl}, and the
   * suites' notes into the journal.
   *
   * @param suites opened with their settings
   * @param limit measure only the first this many rows of each set; 0 or less: all
   * @return all measurements of this stage
   */
  public static List<Measurement> evaluate(
      LanguageModel model,
      List<Suite> suites,
      int limit,
      String stage,
      RunFolder folder,
      ProgressListener progress) {
    List<Measurement> all = new ArrayList<>();
    Stage measured = new Stage(model, stage, limit, progress);
    for (Suite suite : suites) {
      Evaluation evaluation = suite.measure(measured);
      evaluation
          .rowsBySet()
          .forEach(
              (set, rows) ->
                  JsonFiles.writeLines(folder.evaluationRows(stage).resolve(set + ".jsonl"), rows));
      folder.appendMeasurements(evaluation.measurements());
      evaluation
          .notes()
          .forEach(note -> folder.journal().write("note", Map.of("text", stage + ": " + note)));
      all.addAll(evaluation.measurements());
    }
    return all;
  }
}
