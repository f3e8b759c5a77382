package io.engram.unlearn.train;

import io.engram.core.recipe.Recipe;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.eval.EvaluationWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run measures of its model, and when. */
final class RunEvaluation {
  private final Recipe recipe;
  private final RunFolder folder;
  private final Setup setup;
  private final LanguageModel model;

  RunEvaluation(Recipe recipe, RunFolder folder, Setup setup, LanguageModel model) {
    this.recipe = recipe;
    this.folder = folder;
    this.setup = setup;
    this.model = model;
  }

  /** Runs the recipe's suites and writes their measurements and rows. */
  void run(String stage) {
    if (recipe.eval().suites().isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    if (stage.equals("before") && SharedBefore.copy(setup.sharedBefore(), folder)) {
      folder
          .journal()
          .write("note", Map.of("text", "evaluation before: taken from " + setup.sharedBefore()));
      return;
    }
    EvaluationWriter.evaluate(
        model, recipe.eval().suites(), recipe.eval().limit(), stage, folder, setup.progress());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", stage);
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("evaluation", fields);
  }

  /** Number format in which the model is written: the recipe's, or what it was computed in. */
  Dtype savedDtype() {
    return model.dtype();
  }

  /** Writes samples.jsonl. */
  void writeSamples(RunData data, RunState state, double[] before, double[] after) {
    List<SampleRow> rows = new ArrayList<>();
    for (int i = 0; i < data.forget().size(); i++) {
      Sample sample = data.forget().get(i);
      int index = i;
      List<Integer> byEpoch = state.drawn().stream().map(d -> d[index]).toList();
      boolean asked = sample.content() instanceof Sample.QuestionAnswer;
      Sample.QuestionAnswer qa = asked ? (Sample.QuestionAnswer) sample.content() : null;
      rows.add(
          new SampleRow(
              sample.id(),
              qa == null ? null : qa.question(),
              qa == null ? plain(sample) : qa.answer(),
              data.forgetTokens().get(i).labels(),
              byEpoch.stream().mapToInt(Integer::intValue).sum(),
              byEpoch,
              before[i],
              after[i],
              null,
              null));
    }
    folder.writeSamples(rows);
  }

  private static @org.jspecify.annotations.Nullable String plain(Sample sample) {
    return sample.content() instanceof Sample.PlainText text ? text.text() : null;
  }
}
