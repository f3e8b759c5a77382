package io.engram.unlearn.study.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.core.study.Study;
import io.engram.core.study.StudyTable;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.study.measures.ModelRow.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four models of a few thousand weights. */
@Tag("recipe")
class MeasuresStudyTest {
  private static final MeasuresPlan PLAN = plan(1, MeasuresPlan.USUAL.subList(0, 2), false);

  @TempDir Path folder;

  private static MeasuresPlan plan(int questions, List<String> attacks, boolean extraction) {
    return new MeasuresPlan(
        "forget10", 2, questions, 2, List.of(1, 3), 3e-3, 1.5, 1e-3, attacks, extraction);
  }

  private static Recipe recipe(long seed) {
    return RecipeReader.parse(
        "model: {path: %s}\nforget: {data: tofu:forget10}\nseed: %d\n"
            .formatted(Golden.model("with-tokenizer"), seed),
        List.of(),
        Recipe.Kind.UNLEARN,
        "test");
  }

  private static Setup setup(BooleanSupplier interrupted) {
    return new Setup(
        "engram study measures test", Device.CPU, 1, 4096, ProgressListener.NONE, interrupted);
  }

  private Study run(String name, BooleanSupplier interrupted) {
    return MeasuresStudy.run(recipe(3), PLAN, setup(interrupted), folder.resolve(name));
  }

  @Test
  void aStoppedStudyMakesOnlyWhatIsMissing() throws Exception {
    Study whole = run("whole", () -> false);
    AtomicInteger looks = new AtomicInteger();
    assertThatThrownBy(() -> run("stopped", () -> looks.incrementAndGet() > 3))
        .hasMessage("Stopped after 3 of 4 models. Run the same command to continue.");
    Path stopped = folder.resolve("stopped/models.jsonl");
    assertThat(Files.readAllLines(stopped)).hasSize(3);
    Study resumed = run("stopped", () -> false);
    assertThat(stopped).hasSameTextualContentAs(folder.resolve("whole/models.jsonl"));
    assertThat(resumed.tables()).isEqualTo(whole.tables());
    assertThat(run("stopped", () -> true).answer()).isEqualTo(whole.answer());

    List<ModelRow> rows = JsonFiles.readLines(stopped, ModelRow.class);
    assertThat(rows).extracting(ModelRow::arm).containsExactly(Arm.values());
    for (ModelRow row : rows) {
      assertThat(row.rate()).isBetween(2e-3, 4.5e-3);
      assertThat(row.looks()).hasSize(6);
    }
    // Training teaches the arm that learns the answers, attacks change a model.
    ModelRow verbatim = rows.get(0);
    assertThat(verbatim.mean(3, State.PLAIN, Measuring.LOG_PROB))
        .isGreaterThan(verbatim.mean(1, State.PLAIN, Measuring.LOG_PROB));
    assertThat(verbatim.mean(3, State.INT4, Measuring.LOG_PROB))
        .isNotEqualTo(verbatim.mean(3, State.PLAIN, Measuring.LOG_PROB));
    assertThat(verbatim.mean(3, State.RELEARNED, Measuring.LOG_PROB))
        .isNotEqualTo(verbatim.mean(3, State.PLAIN, Measuring.LOG_PROB));

    assertThat(whole.tables()).hasSize(6);
    StudyTable groups = whole.tables().get(0);
    assertThat(groups.rows())
        .anySatisfy(row -> assertThat(row).startsWith(Measuring.TRUTH_PROBABILITY).endsWith(0.947))
        .anySatisfy(row -> assertThat(row).startsWith(Measuring.LOG_PROB).endsWith((Object) null));
    assertThat(Study.read(folder.resolve("whole/study.json")).question())
        .isEqualTo(whole.question());
  }

  @Test
  void anotherStudyIsNotContinued() {
    Path other = folder.resolve("other");
    assertThatThrownBy(() -> MeasuresStudy.run(recipe(3), PLAN, setup(() -> true), other))
        .hasMessageContaining("Stopped after 0 of 4 models");
    assertThatThrownBy(() -> MeasuresStudy.run(recipe(4), PLAN, setup(() -> true), other))
        .hasMessageContaining("other holds another study")
        .hasMessageContaining("another folder with --out");
  }

  @Test
  void measuresAreMeansOverTheSamplesAsked() {
    List<TofuRow> rows = AuthorRows.of("forget10", 2, 2).asked();
    List<Sample> samples = AuthorRows.samples(rows, TofuRow::question, TofuRow::answer);
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      SortedMap<String, Double> means =
          new Measuring(plan(2, MeasuresPlan.USUAL, true), rows, 1).of(model);
      List<Knowledge> known =
          Knowledge.measure(model, model.samples().tokenize(samples), ProgressListener.NONE);
      assertThat(means.get(Measuring.LOG_PROB))
          .isCloseTo(
              known.stream().mapToDouble(Knowledge::logProb).average().orElseThrow(),
              within(1e-12));
      // The same number by another way: loss of the answer without its end token.
      assertThat(means.get("mia_loss")).isCloseTo(means.get(Measuring.LOG_PROB), within(1e-5));
      assertThat(means)
          .containsKeys(
              Measuring.MEMORIZATION,
              Measuring.STRENGTH,
              Measuring.RECALL,
              Measuring.PARAPHRASED_RECALL,
              Measuring.AMONG_OPTIONS,
              Measuring.EXTRACTION,
              "mia_zlib",
              "mia_min_k",
              "mia_min_k_plus_plus",
              "mia_loss_gradient",
              "lens_log_prob",
              "verbatim",
              "rest_recall",
              "forced_answer_recall",
              "other_words_log_prob");
      assertThat(means.get(Measuring.TRUTH_PROBABILITY)).isBetween(0.0, 1.0);
    }
  }
}
