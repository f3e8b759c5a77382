package io.engram.unlearn.eval.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.recipe.EvalSection;
import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.Golden;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class MemorizationSuiteTest {
  @TempDir Path folder;

  /** The first five texts of the golden file, and the seventh, which is too short for EL. */
  private Path data(JsonNode texts) throws IOException {
    List<String> lines =
        List.of(0, 1, 2, 3, 4, 6).stream()
            .map(i -> "{\"id\": \"t" + i + "\", \"ids\": " + texts.get(i).path("ids") + "}")
            .toList();
    return Files.write(folder.resolve("texts.jsonl"), lines);
  }

  @Test
  void meansOverSamplesWithTheirErrors() throws IOException {
    JsonNode texts = Golden.json("memorization.json").path("models").path("gqa-tied");
    MemorizationSuite suite = new MemorizationSuite(List.of(data(texts).toString()));
    try (LanguageModel model = Golden.open(Golden.model("gqa-tied"), Dtype.FLOAT32)) {
      Evaluation found = suite.run(model, "before", 0, ProgressListener.NONE);
      assertThat(found.measurements())
          .extracting(Measurement::metric)
          .containsExactly("memorization.forget.el10", "memorization.forget.ma");
      Measurement el = found.measurements().get(0);
      // 0.966667, 0.861944, 0.038196, 0.730111, 0; s = 0.464520
      assertThat(el.value()).isCloseTo(0.519383, within(1e-6));
      assertThat(el.standardError()).isCloseTo(0.207740, within(1e-6));
      assertThat(el.n()).isEqualTo(5);
      assertThat(found.measurements().get(1).n()).isEqualTo(6);
      assertThat(found.notes())
          .last()
          .asString()
          .isEqualTo(
              "memorization: 1 of 6 samples have no EL, for they have fewer than 10 tokens to go"
                  + " on to");
      assertThat(rows(found).get(5)).isEqualTo(new MemorizationRow("t6", 9, 8 / 9.0, null));
      Evaluation two = suite.run(model, "before", 2, ProgressListener.NONE);
      assertThat(rows(two)).isEqualTo(rows(found).subList(0, 2));
    }
  }

  private static List<MemorizationRow> rows(Evaluation evaluation) {
    return Objects.requireNonNull(evaluation.rowsBySet().get("memorization")).stream()
        .map(MemorizationRow.class::cast)
        .collect(Collectors.toList());
  }

  /** Two of the file's samples are what the run forgets; a part of the name overrules that. */
  @Test
  void ofARunItIsWhatTheRunForgets() throws IOException {
    JsonNode texts = Golden.json("memorization.json").path("models").path("gqa-tied");
    String file = data(texts).toString();
    List<Sample> forget = SampleSource.load(List.of(file)).subList(1, 3);
    Suite suite = Suites.of(EvalSection.of(List.of("memorization"))).get(0).ofRun(forget);
    Suite named = Suites.of(EvalSection.of(List.of("memorization:" + file))).get(0).ofRun(forget);
    try (LanguageModel model = Golden.open(Golden.model("gqa-tied"), Dtype.FLOAT32)) {
      Evaluation own = suite.run(model, "before", 0, ProgressListener.NONE);
      assertThat(rows(own)).extracting(MemorizationRow::id).containsExactly("t1", "t2");
      assertThat(own.notes())
          .containsExactly("memorization measured on what the run forgets, n = 2");
      assertThat(rows(named.run(model, "before", 0, ProgressListener.NONE))).hasSize(6);
    }
  }
}
