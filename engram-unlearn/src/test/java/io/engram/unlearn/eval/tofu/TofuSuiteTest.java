package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.metric.MinK;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.EvaluationWriter;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.judge.MiniLmEncoder;
import io.engram.unlearn.eval.judge.SentenceEncoders;
import io.engram.unlearn.eval.suites.Suites;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The suite on a tiny model, end to end. */
@Tag("recipe")
class TofuSuiteTest {
  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void writesRowsAndMeasurementsOfAStage(@TempDir Path dir) {
    List<Measurement> found;
    try (RunFolder folder = RunFolder.create(dir.resolve("run"))) {
      found =
          EvaluationWriter.evaluate(
              Suites.of(EvalSection.of(List.of("tofu:forget01"))),
              new Stage(model, "before", 3, ProgressListener.NONE),
              folder);
      assertThat(folder.measurements()).isEqualTo(found);
      assertThat(folder.journal().read().toString())
          .contains("forget01_perturbed")
          .contains(MiniLmEncoder.NAME);
    }
    assertThat(found).hasSize(12).allSatisfy(m -> assertThat(m.value()).isBetween(0.0, 1.0));
    for (String set : List.of("forget", "retain", "real_authors", "world_facts")) {
      List<EvaluationRow> rows =
          JsonFiles.readLines(
              dir.resolve("run/eval/before").resolve(set + ".jsonl"), EvaluationRow.class);
      assertThat(rows).extracting(EvaluationRow::id).containsExactly("0", "1", "2");
      assertThat(rows).allSatisfy(row -> assertThat(row.set()).isEqualTo(set));
      assertThat(rows).allSatisfy(row -> assertThat(row.correct()).isNotNull());
    }
    List<EvaluationRow> forget =
        JsonFiles.readLines(dir.resolve("run/eval/before/forget.jsonl"), EvaluationRow.class);
    List<Tofu.TofuRow> data = Tofu.rows("forget01_perturbed");
    for (int i = 0; i < 3; i++) {
      assertThat(forget.get(i).question()).isEqualTo(data.get(i).question());
      assertThat(forget.get(i).judgedBy()).isEqualTo(MiniLmEncoder.NAME);
      Sample sample = Sample.of("x", data.get(i).question(), data.get(i).answer());
      double[] logProbs =
          new Scorer(model)
              .logProbs(List.of(model.samples().tokenizeWhole(sample)), ProgressListener.NONE)
              .get(0);
      assertThat(forget.get(i).minK()).isCloseTo(MinK.score(logProbs, 0.5), within(1e-4));
    }
  }

  @Test
  void theRecipesEncoderJudgesAndIsNamedInEveryNumberThatRestsOnIt() {
    String folder = Golden.encoder("sentence-bert").toString();
    Suite suite = TofuSuite.KIND.open("forget01", with(folder));
    Evaluation found = suite.measure(new Stage(model, "before", 2, ProgressListener.NONE));
    String name = SentenceEncoders.shared(folder).name();
    assertThat(found.rowsBySet().get("forget"))
        .allSatisfy(row -> assertThat(((EvaluationRow) row).judgedBy()).isEqualTo(name));
    assertThat(found.measurements())
        .filteredOn(m -> name.equals(m.judgedBy()))
        .hasSize(4)
        .extracting(Measurement::metric)
        .contains("tofu.forget.unlearning_accuracy", "tofu.retain.accuracy");
    assertThat(found.measurements()).noneMatch(m -> MiniLmEncoder.NAME.equals(m.judgedBy()));
    assertThat(found.notes()).last().asString().endsWith("judged by " + name);
  }

  private static EvalSection with(String encoder) {
    return new EvalSection(List.of(), 0, 0, encoder, null, null, null, null, null);
  }
}
