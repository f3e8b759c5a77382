package io.engram.unlearn.eval.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.suites.Suites;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    try (LanguageModel model = TinyModels.open(Golden.model("gqa-tied"), Dtype.FLOAT32)) {
      Evaluation found = suite.measure(new Stage(model, "before", 0, ProgressListener.NONE));
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
      assertThat(rows(found).get(5)).isEqualTo(new MemorizationSuite.Row("t6", 9, 8 / 9.0, null));
      Evaluation two = suite.measure(new Stage(model, "before", 2, ProgressListener.NONE));
      assertThat(rows(two)).isEqualTo(rows(found).subList(0, 2));
    }
  }

  private static List<MemorizationSuite.Row> rows(Evaluation evaluation) {
    return Objects.requireNonNull(evaluation.rowsBySet().get("memorization")).stream()
        .map(MemorizationSuite.Row.class::cast)
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
    try (LanguageModel model = TinyModels.open(Golden.model("gqa-tied"), Dtype.FLOAT32)) {
      Evaluation own = suite.measure(new Stage(model, "before", 0, ProgressListener.NONE));
      assertThat(rows(own)).extracting(MemorizationSuite.Row::id).containsExactly("t1", "t2");
      assertThat(own.notes())
          .containsExactly("memorization measured on what the run forgets, n = 2");
      assertThat(rows(named.measure(new Stage(model, "before", 0, ProgressListener.NONE))))
          .hasSize(6);
    }
  }

  /**
   * In a window of 24 tokens the last 25 of a text are what is measured: 24 given, the last one
   * predicted. The same by cutting the tokens by hand; a text that fits isn't counted.
   */
  @Test
  void textsLongerThanTheWindowLoseTheirBeginningAndAreCounted() throws IOException {
    JsonNode texts = Golden.json("memorization.json").path("models").path("gqa-tied");
    String ids = texts.get(0).path("ids").toString();
    List<String> all = List.of(ids.substring(1, ids.length() - 1).split(","));
    assertThat(all).hasSizeGreaterThan(25);
    String line = "{\"id\": \"%s\", \"ids\": [%s]}";
    String end = line.formatted("end", String.join(",", all.subList(all.size() - 25, all.size())));
    Path whole =
        Files.writeString(
            folder.resolve("whole.jsonl"),
            line.formatted("whole", String.join(",", all)) + "\n" + end);
    try (LanguageModel model = TinyModels.open(narrow("gqa-tied"), Dtype.FLOAT32)) {
      Suite suite = Suites.of(EvalSection.of(List.of("memorization:" + whole))).get(0);
      Evaluation found = suite.measure(new Stage(model, "before", 0, ProgressListener.NONE));
      MemorizationSuite.Row cut = rows(found).get(0);
      assertThat(cut.places()).isEqualTo(24);
      assertThat(cut).isEqualTo(new MemorizationSuite.Row("whole", 24, cut.ma(), cut.el10()));
      assertThat(rows(found).get(1))
          .isEqualTo(new MemorizationSuite.Row("end", 24, cut.ma(), cut.el10()));
      assertThat(found.notes())
          .last()
          .isEqualTo(
              "memorization: samples longer than the model's window of 24 tokens, measured without"
                  + " their beginning: forget 1 of 2");
    }
  }

  private Path narrow(String golden) throws IOException {
    Path narrow = Files.createDirectories(folder.resolve("narrow"));
    try (Stream<Path> files = Files.list(Golden.model(golden))) {
      for (Path file : files.toList()) {
        Files.copy(file, narrow.resolve(file.getFileName()));
      }
    }
    Path config = narrow.resolve("config.json");
    String text = Files.readString(config);
    String window = "\"max_position_embeddings\": 24";
    Files.writeString(config, text.replaceFirst("\"max_position_embeddings\": \\d+", window));
    return narrow;
  }

  /** A model that diverged has forgotten nothing: 0 would read as if it had. */
  @Test
  void samplesWithoutLogProbabilitiesAreLeftOut() throws IOException {
    JsonNode texts = Golden.json("memorization.json").path("models").path("gqa-tied");
    Path data = data(texts);
    Path broken = narrow("gqa-tied");
    Path weights = broken.resolve("model.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
    // The last tensor in the file: the last norm's gains.
    bytes.putFloat(bytes.capacity() - Float.BYTES, Float.NaN);
    Files.write(weights, bytes.array());
    try (LanguageModel model = TinyModels.open(broken, Dtype.FLOAT32)) {
      Suite suite = Suites.of(EvalSection.of(List.of("memorization:" + data))).get(0);
      Evaluation found = suite.measure(new Stage(model, "before", 2, ProgressListener.NONE));
      assertThat(found.measurements()).isEmpty();
      assertThat(rows(found)).allSatisfy(row -> assertThat(row.ma()).isNull());
      assertThat(found.notes().toString())
          .contains("memorization: 2 of 2 samples are left out, whose log-probabilities are not")
          .doesNotContain("have no EL");
    }
  }

  /** Before any suite measures, not after those before it in the list. */
  @Test
  void whatCanNotBeReadIsToldWhenTheSuiteIsOpened() {
    assertThatThrownBy(() -> Suites.of(EvalSection.of(List.of("memorization:tofu:forgot"))))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("tofu:forgot is not a split of TOFU; the splits are [forget01,");
    String missing = folder.resolve("none.jsonl").toString();
    assertThatThrownBy(() -> Suites.of(EvalSection.of(List.of("memorization:" + missing))))
        .isInstanceOf(EngramException.class)
        .hasMessage(missing + " does not exist");
  }
}
