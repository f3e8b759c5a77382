package io.engram.unlearn.run;

import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.eval.EvaluationWriter;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evaluates a run's model and writes the results to the run folder. */
final class RunEvaluation {
  private final Recipe recipe;
  private final RunFolder folder;
  private final Setup setup;
  private final LanguageModel model;
  private final List<Suite> suites;
  private final boolean followsForget;

  RunEvaluation(Recipe recipe, RunFolder folder, Setup setup, LanguageModel model, RunData data) {
    this.recipe = recipe;
    this.folder = folder;
    this.setup = setup;
    this.model = model;
    List<String> names = Suites.matching(recipe.eval().suites(), recipe.forget().data());
    List<Suite> opened = Suites.of(recipe.eval().withSuites(names));
    this.followsForget = opened.stream().anyMatch(Suite::followsRun);
    this.suites = opened.stream().map(suite -> suite.ofRun(data.forget())).toList();
  }

  /** Runs the recipe's suites and writes their measurements and rows. */
  void run(String stage) {
    if (suites.isEmpty()) {
      return;
    }
    if (stage.equals("before") && isTakenOver()) {
      return;
    }
    long start = System.nanoTime();
    Suite.Stage measured =
        new Suite.Stage(model, stage, recipe.eval().limit(), setup.progress())
            .in(folder.measurements());
    EvaluationWriter.evaluate(suites, measured, folder);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", stage);
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("evaluation", fields);
  }

  private boolean isTakenOver() {
    Optional<Path> from =
        setup.siblings().stream()
            .filter(sibling -> Siblings.before(sibling, folder, recipe, followsForget))
            .findFirst();
    from.ifPresent(
        sibling ->
            folder
                .journal()
                .write(
                    "note",
                    Map.of("text", "before: copied from " + sibling + ", which measured it")));
    return from.isPresent();
  }

  /** Number format in which the model is saved. */
  Dtype savedDtype() {
    Dtype named = Setup.dtype(recipe.model().saveDtype());
    return named == null ? model.dtype() : named;
  }

  /**
   * Writes samples.jsonl: for each forget sample its draws, log-probabilities and the answers of
   * both stages.
   */
  void writeSamples(
      RunData data,
      RunState state,
      Stopping stopping,
      double[] before,
      double[] after,
      ForgetAnswers answers) {
    List<SampleRow> rows = new ArrayList<>();
    for (int i = 0; i < data.forget().size(); i++) {
      Sample sample = data.forget().get(i);
      int index = i;
      List<Integer> byEpoch = state.drawn().stream().map(d -> d[index]).toList();
      rows.add(
          new SampleRow(
              sample.id(),
              question(sample),
              answer(sample),
              data.forgetTokens().get(i).labels(),
              byEpoch.stream().mapToInt(Integer::intValue).sum(),
              byEpoch,
              before[i],
              after[i],
              answers.of("before", sample.id()),
              answers.of("after", sample.id()),
              stopping.forgottenAt(i)));
    }
    folder.writeSamples(rows);
  }

  private static @Nullable String question(Sample sample) {
    return sample.content() instanceof Sample.Asked asked ? asked.question() : null;
  }

  private static @Nullable String answer(Sample sample) {
    if (sample.content() instanceof Sample.Asked asked) {
      return asked.answer();
    }
    return sample.content() instanceof Sample.PlainText text ? text.text() : null;
  }
}
