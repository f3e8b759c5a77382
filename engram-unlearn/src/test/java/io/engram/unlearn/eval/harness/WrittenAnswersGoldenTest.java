package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.generative.AnswerScore;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import io.engram.unlearn.eval.generative.GenerativeSpec.Asked;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Tasks with written answers, document by document as in lm-evaluation-harness: the same examples
 * drawn, the same prompts, answers, extractions and scores.
 */
class WrittenAnswersGoldenTest {
  private static final JsonNode EXPECTED = Golden.json("harness/written.json");
  private static final Path DATASETS = Golden.path("harness/datasets");

  /** Engram's scores and lm-evaluation-harness's filters. */
  private static final Map<String, String> FILTERS =
      Map.of(
          "exact_match_strict", "strict-match",
          "exact_match_flexible", "flexible-extract",
          "exact_match", "remove_whitespace");

  @ParameterizedTest
  @CsvSource({
    "gsm8k, gsm8k, 0",
    "gsm8k_0shot, gsm8k_0shot, 0",
    "gsm8k, gsm8k_cut, 330",
    "triviaqa, triviaqa, 0",
    "triviaqa_5shot, triviaqa_5shot, 0"
  })
  void givesTheHarnessesAnswersAndScores(String name, String expected, int window) {
    Selection selection = Selection.of(name);
    DatasetFolder datasets = new DatasetFolder(DATASETS, null);
    HarnessSuite suite = new HarnessSuite(selection, datasets, window);
    Evaluation evaluation;
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      evaluation = suite.measure(new Stage(model, "before", 0, ProgressListener.NONE));
    }
    JsonNode task = EXPECTED.path("tasks").path(expected);
    List<Asked> asked =
        RunDocuments.read(selection.runs().get(0), datasets, 0).parts().get(0).asked();
    List<?> rows = evaluation.rowsBySet().values().iterator().next();
    assertThat(rows).hasSameSizeAs(task.path("documents").values());
    for (int i = 0; i < rows.size(); i++) {
      AnswerRow row = (AnswerRow) rows.get(i);
      JsonNode document = task.path("documents").get(i);
      assertThat(sha256(asked.get(i).prompt()))
          .isEqualTo(document.path("prompt_sha256").asString());
      assertThat(row.output()).isEqualTo(document.path("output").asString());
      assertThat(row.cut() > 0).isEqualTo(window > 0);
      compare(row, document);
    }
    assertThat(evaluation.measurements()).isNotEmpty();
    for (Measurement each : evaluation.measurements()) {
      String metric = each.metric().replaceFirst(".*\\.", "");
      String filter = Objects.requireNonNull(FILTERS.get(metric));
      JsonNode metrics = task.path("metrics");
      assertThat(each.value())
          .isCloseTo(metrics.path("exact_match," + filter).asDouble(), within(1e-12));
      assertThat(each.standardError())
          .isCloseTo(metrics.path("exact_match_stderr," + filter).asDouble(), within(1e-12));
      assertThat(each.n()).isEqualTo(rows.size());
      assertThat(each.higherIsBetter()).isTrue();
    }
  }

  /** Answers that a tiny model never gives: thousands, money, signs, several numbers, none. */
  @ParameterizedTest
  @CsvSource({"gsm8k", "triviaqa"})
  void scoresGivenAnswersAsTheHarnessDoes(String name) {
    TaskSpec task = Objects.requireNonNull(HarnessTasks.all().get(name));
    GenerativeSpec generate = Objects.requireNonNull(task.generate());
    for (JsonNode document : EXPECTED.path("canned").path(name).path("documents")) {
      List<String> answers = new ArrayList<>();
      document.path("answers").forEach(each -> answers.add(each.asString()));
      for (AnswerScore score : generate.scores()) {
        JsonNode expected = document.path(Objects.requireNonNull(FILTERS.get(score.name())));
        AnswerScore.Scored scored = score.of(document.path("output").asString(), answers);
        assertThat(scored.value())
            .as(document.toString())
            .isEqualTo(expected.path("exact_match").asDouble());
      }
    }
  }

  @Test
  void drawsWhatPythonDraws() {
    for (JsonNode each : EXPECTED.path("draws")) {
      PythonRandom random = new PythonRandom(1234);
      for (JsonNode set : each.path("sets")) {
        int[] expected = new int[set.size()];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = set.get(i).asInt();
        }
        assertThat(random.sample(each.path("population").asInt(), each.path("count").asInt()))
            .isEqualTo(expected);
      }
    }
  }

  private static void compare(AnswerRow row, JsonNode document) {
    row.scores()
        .forEach(
            (name, value) -> {
              JsonNode expected = document.path(Objects.requireNonNull(FILTERS.get(name)));
              assertThat(value)
                  .as(document.toString())
                  .isEqualTo(expected.path("exact_match").asDouble());
            });
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
