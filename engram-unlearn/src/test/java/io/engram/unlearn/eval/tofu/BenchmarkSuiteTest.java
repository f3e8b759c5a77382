package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.core.metric.AnswerProbability;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.EvaluationWriter;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.suites.Suites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The suite on mini, against transformers, rouge-score, SciPy and scikit-learn on the same rows.
 */
@Tag("recipe")
class BenchmarkSuiteTest {
  private static final int ROWS = 8;
  private static final JsonNode GOLDEN = Golden.json("tofu_benchmark.json");

  private static LanguageModel open(String name) {
    return TinyModels.open(EngramHome.resolve("models/" + name), Dtype.FLOAT32);
  }

  private static Suite suite(@Nullable String retrained, @Nullable String datasets) {
    return suite(BenchmarkSuite.NAME, retrained, datasets);
  }

  private static Suite suite(String name, @Nullable String retrained, @Nullable String datasets) {
    return suite(name, retrained, datasets, null);
  }

  private static Suite suite(
      String name,
      @Nullable String retrained,
      @Nullable String datasets,
      @Nullable String gibberish) {
    EvalSection settings =
        new EvalSection(
            List.of(name + ":forget01"),
            0,
            0,
            EvalSection.BUILT_IN,
            datasets,
            retrained,
            null,
            gibberish,
            null);
    return Suites.of(settings).get(0);
  }

  private static Map<String, Measurement> byMetric(List<Measurement> measurements) {
    return measurements.stream()
        .collect(Collectors.toMap(m -> m.metric().substring(m.suite().length() + 1), m -> m));
  }

  private static Measurement at(Map<String, Measurement> found, String metric) {
    return Objects.requireNonNull(found.get(metric), metric);
  }

  @Test
  void equalsTheFormulasInPyTorch(@TempDir Path dir) {
    List<Measurement> found;
    try (LanguageModel mini = open("mini");
        RunFolder folder = RunFolder.create(dir.resolve("run"))) {
      found =
          EvaluationWriter.evaluate(
              List.of(suite("mini-retain90", null)),
              new Stage(mini, "before", ROWS, ProgressListener.NONE),
              folder);
      assertThat(folder.journal().read().toString())
          .contains("the model that never saw the forget set is mini-retain90")
          .contains("there is no holdout set")
          .contains("can't be computed without a classifier that eval.gibberish names")
          .contains("grad_norm is over the first 100 rows");
    }
    checkMeasures(found, GOLDEN.path("measures"));
    for (Map.Entry<String, JsonNode> set : GOLDEN.path("rows").properties()) {
      List<BenchmarkRow> rows =
          JsonFiles.readLines(
              dir.resolve("run/eval/before/tofu_benchmark." + set.getKey() + ".jsonl"),
              BenchmarkRow.class);
      assertThat(rows).hasSize(ROWS);
      for (int i = 0; i < ROWS; i++) {
        check(rows.get(i), set.getValue().get(i));
      }
    }
  }

  /** The first token of nearly every answer isn't scored; its own names, its own numbers. */
  @Test
  void publicLabelsEqualTheFormulasInPyTorch() {
    Evaluation found;
    try (LanguageModel mini = open("mini")) {
      Suite suite = suite("tofu_benchmark_public_labels", "mini-retain90", null);
      found = suite.measure(new Stage(mini, "before", ROWS, ProgressListener.NONE));
    }
    JsonNode golden = GOLDEN.path("public_labels");
    assertThat(found.measurements())
        .allMatch(m -> m.metric().startsWith("tofu_benchmark_public_labels."))
        .allMatch(m -> m.suite().equals("tofu_benchmark_public_labels"));
    checkMeasures(found.measurements(), golden.path("measures"));
    for (Map.Entry<String, JsonNode> set : golden.path("rows").properties()) {
      List<?> rows =
          Objects.requireNonNull(
              found.rowsBySet().get("tofu_benchmark_public_labels." + set.getKey()));
      for (int i = 0; i < ROWS; i++) {
        BenchmarkRow row = (BenchmarkRow) rows.get(i);
        checkScores(row, set.getValue().get(i));
        assertThat(row.recall().tokens())
            .isEqualTo(GOLDEN.path("rows").path(set.getKey()).get(i).path("tokens").asInt() - 1);
      }
    }
    assertThat(found.notes().toString())
        .contains("scores those tokens that open-unlearning scores")
        .contains("can't be compared with those of tofu_benchmark,");
  }

  /**
   * The tiny Toxic-BERT, made to be of classes that exclude each other: of 40 positions, so that 32
   * tokens are less than its tokenizer and more than an answer's beginning.
   */
  @Test
  void aClassifierSaysWhetherAnswersAreText(@TempDir Path dir) throws IOException {
    Path classifier = exclusive(dir.resolve("gibberish-detector"));
    Evaluation found;
    try (LanguageModel mini = open("mini")) {
      Suite suite = suite(BenchmarkSuite.NAME, null, null, classifier.toString());
      found = suite.measure(new Stage(mini, "before", ROWS, ProgressListener.NONE));
    }
    for (Map.Entry<String, JsonNode> set : GOLDEN.path("clean").properties()) {
      List<?> rows =
          Objects.requireNonNull(found.rowsBySet().get("tofu_benchmark." + set.getKey()));
      double sum = 0;
      for (int i = 0; i < ROWS; i++) {
        double golden = set.getValue().get(i).asDouble();
        assertThat(((BenchmarkRow) rows.get(i)).cleanText()).isCloseTo(golden, within(1e-5));
        sum += golden / ROWS;
      }
      Measurement mean =
          at(byMetric(found.measurements()), set.getKey() + ".clean_text_probability");
      assertThat(mean.value()).isCloseTo(sum, within(1e-5));
      assertThat(mean.judgedBy()).startsWith("gibberish-detector, sha256 ").endsWith("class toxic");
      assertThat(mean.better()).isEqualTo("higher");
    }
    assertThat(found.rowsBySet().get("tofu_benchmark.world_facts"))
        .allSatisfy(row -> assertThat(((BenchmarkRow) row).cleanText()).isNull());
    assertThat(found.notes().toString()).doesNotContain("gibberish");
  }

  private static Path exclusive(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String file : List.of("model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(Golden.encoder("toxic-bert").resolve(file), folder.resolve(file));
    }
    String config = Files.readString(Golden.encoder("toxic-bert").resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("multi_label_classification", "single_label_classification"));
    return folder;
  }

  private static void checkMeasures(List<Measurement> found, JsonNode golden) {
    Map<String, Measurement> measured = byMetric(found);
    golden
        .properties()
        .forEach(
            measure ->
                assertThat(at(measured, measure.getKey()).value())
                    .as(measure.getKey())
                    .isCloseTo(measure.getValue().asDouble(), within(2e-4)));
    assertThat(measured).hasSize(golden.size() + 1);
    assertThat(at(measured, "forget_quality_log10").value())
        .isCloseTo(Math.log10(golden.path("forget_quality").asDouble()), within(1e-9));
  }

  private static void check(BenchmarkRow row, JsonNode golden) {
    assertThat(row.output()).isEqualTo(golden.path("output").asString());
    assertThat(rouge(row).recall1()).isEqualTo(golden.path("rouge_1_recall").asDouble());
    assertThat(rouge(row).recallL()).isEqualTo(golden.path("rouge_l_recall").asDouble());
    checkScores(row, golden);
  }

  private static void checkScores(BenchmarkRow row, JsonNode golden) {
    BenchmarkRow.Recall recall = row.recall();
    assertThat(recall.tokens()).isEqualTo(golden.path("tokens").asInt());
    near(recall.loss(), golden, "loss");
    near(recall.probability(), golden, "probability");
    near(recall.extractionStrength(), golden, "extraction_strength");
    if (golden.path("exact_memorization").isNull()) {
      assertThat(recall.exactMemorization()).isNull();
    } else {
      near(recall.exactMemorization(), golden, "exact_memorization");
    }
    near(recall.minK(), golden, "min_k");
    assertThat(recall.zlib()).isCloseTo(golden.path("zlib").asDouble(), within(1e-6));
    if (recall.minKPlusPlus() != null) {
      near(recall.minKPlusPlus(), golden, "min_k_plus_plus");
      near(recall.gradientNorm(), golden, "gradient_norm");
    } else {
      assertThat(row.set()).isIn("real_authors", "world_facts");
    }
    near(truth(row).ratio(), golden, "truth_ratio");
    near(truth(row).ratioArithmetic(), golden, "truth_ratio_arithmetic");
    near(truth(row).amongOptions(), golden, "among_options");
    near(truth(row).rightProbability(), golden, "right_probability");
  }

  private static BenchmarkRow.Truth truth(BenchmarkRow row) {
    return Objects.requireNonNull(row.truth());
  }

  private static BenchmarkRow.Rouge rouge(BenchmarkRow row) {
    return Objects.requireNonNull(row.rouge());
  }

  private static void near(@Nullable Double value, JsonNode golden, String name) {
    double expected = golden.path(name).asDouble();
    assertThat(value).as(name).isCloseTo(expected, within(1e-4 * Math.max(1, expected)));
  }

  /** Where the truth isn't known: ES and EM between their ends, a p-value of one. */
  @Test
  void aModelThatNeverSawTheForgetSetIsLikeItself() {
    Evaluation found;
    try (LanguageModel model = open("mini-retain90")) {
      found =
          suite("mini-retain90", null)
              .measure(new Stage(model, "before", ROWS, ProgressListener.NONE));
    }
    List<?> rows = Objects.requireNonNull(found.rowsBySet().get("tofu_benchmark.forget"));
    for (int i = 0; i < ROWS; i++) {
      BenchmarkRow row = (BenchmarkRow) rows.get(i);
      JsonNode golden = GOLDEN.path("retrained").get(i);
      near(row.recall().loss(), golden, "loss");
      near(row.recall().extractionStrength(), golden, "extraction_strength");
      near(row.recall().exactMemorization(), golden, "exact_memorization");
      near(row.recall().minK(), golden, "min_k");
      near(row.recall().minKPlusPlus(), golden, "min_k_plus_plus");
      near(row.recall().gradientNorm(), golden, "gradient_norm");
      near(truth(row).ratio(), golden, "truth_ratio");
      near(truth(row).ratioArithmetic(), golden, "truth_ratio_arithmetic");
      near(Objects.requireNonNull(row.retrained()).truthRatio(), golden, "truth_ratio");
    }
    Map<String, Measurement> measured = byMetric(found.measurements());
    assertThat(at(measured, "forget_quality").value()).isCloseTo(1, within(1e-12));
    assertThat(at(measured, "forget_quality_log10").value()).isCloseTo(0, within(1e-12));
    assertThat(at(measured, "forget_vs_retain.privleak").value()).isCloseTo(0, within(1e-9));
  }

  @Test
  void aHoldoutSetIsAttackedToo(@TempDir Path dir) throws IOException {
    Path tofu = Files.createDirectories(dir.resolve("tofu"));
    Files.writeString(
        tofu.resolve("holdout01.jsonl"),
        """
        {"question": "Who wrote The Glass Orchard?", "answer": "Ilse Marten wrote it."}
        {"question": "Where was Ilse Marten born?", "answer": "She was born in Tartu, Estonia."}
        """);
    Evaluation found;
    try (LanguageModel mini = open("mini")) {
      found =
          suite(null, dir.toString()).measure(new Stage(mini, "before", 2, ProgressListener.NONE));
    }
    Map<String, Measurement> measured = byMetric(found.measurements());
    assertThat(measured)
        .doesNotContainKeys(
            "forget_quality", "forget_vs_retain.privleak", "forget_vs_holdout.reference_auc")
        .containsKeys("forget_vs_retain.loss_auc", "forget_vs_holdout.min_k_plus_plus_auc");
    for (String attack : List.of("loss", "zlib", "min_k", "grad_norm")) {
      assertThat(at(measured, "forget_vs_holdout." + attack + "_auc").value())
          .as("mini knows its forget set: " + attack)
          .isEqualTo(1);
    }
    assertThat(at(measured, "forget_vs_holdout.privleak").value())
        .as("against chance")
        .isEqualTo(-100);
    assertThat(found.rowsBySet().get("tofu_benchmark.holdout"))
        .hasSize(2)
        .allSatisfy(row -> assertThat(((BenchmarkRow) row).output()).isNull());
    assertThat(found.notes().toString())
        .contains("eval.retrained names")
        .doesNotContain("no holdout set");
  }

  /**
   * In a window of 24 tokens a question loses its beginning, as in lm-evaluation-harness: 24 tokens
   * are given, the 25th is predicted. The same by cutting the tokens by hand.
   */
  @Test
  void whatTheWindowDoesntHoldIsScoredByItsEndAndCounted(@TempDir Path dir) throws IOException {
    Path narrow = narrow(dir.resolve("mini-24"));
    Evaluation found;
    Evaluation tofu;
    try (LanguageModel model = TinyModels.open(narrow, Dtype.FLOAT32)) {
      found = suite(null, null).measure(new Stage(model, "before", 3, ProgressListener.NONE));
      Suite table1 = Suites.of(EvalSection.of(List.of("tofu:forget01"))).get(0);
      tofu = table1.measure(new Stage(model, "before", 3, ProgressListener.NONE));
    }
    try (LanguageModel mini = open("mini")) {
      for (Object each : Objects.requireNonNull(found.rowsBySet().get("tofu_benchmark.forget"))) {
        BenchmarkRow row = (BenchmarkRow) each;
        TokenizedSample whole =
            mini.samples().tokenize(Sample.of("x", row.question(), row.answer()));
        int length = whole.ids().length;
        assertThat(length).isGreaterThan(25);
        int[] end = Arrays.copyOfRange(whole.ids(), length - 25, length);
        int start = Math.max(1, whole.labelStart() - (length - 25));
        double[] logProbs =
            new Scorer(mini)
                .logProbs(List.of(new TokenizedSample("x", end, start)), ProgressListener.NONE)
                .get(0);
        assertThat(row.recall().tokens()).isEqualTo(25 - start);
        assertThat(row.recall().loss())
            .isCloseTo(-AnswerProbability.meanLog(logProbs), within(1e-5));
      }
    }
    assertThat(found.notes().toString())
        .contains(
            "rows with a question and answer that are longer than the model's window of 24 tokens,"
                + " scored without their beginning: forget 3 of 3, retain 3 of 3");
    assertThat(tofu.notes().toString())
        .contains(
            "tofu: rows with a question and answer longer than the model's window of 24 tokens,"
                + " scored without their beginning: forget 3 of 3, retain 3 of 3")
        .contains("questions with an empty answer because their prompt fills 200 tokens");
  }

  private static Path narrow(Path folder) throws IOException {
    Path mini = EngramHome.resolve("models/mini");
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(mini)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    String cut =
        text.replaceFirst("\"max_position_embeddings\" : 512", "\"max_position_embeddings\" : 24");
    assertThat(cut).isNotEqualTo(text);
    Files.writeString(config, cut);
    return folder;
  }

  @Test
  void whatCantBeHadIsToldBeforehand(@TempDir Path dir) {
    assertThatThrownBy(() -> suite(dir.resolve("none").toString(), null))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.retrained = " + dir.resolve("none") + " can't be opened: ")
        .hasMessageEndingWith("Without it forget quality is left out.");
    assertThatThrownBy(() -> Suites.of(EvalSection.of(List.of("tofu_benchmark:retain90"))))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: tofu_benchmark:retain90 is not a part of tofu_benchmark; there are"
                + " tofu_benchmark:forget10, tofu_benchmark:forget05, tofu_benchmark:forget01");
    String several = Golden.encoder("toxic-bert").toString();
    assertThatThrownBy(() -> suite(BenchmarkSuite.NAME, null, null, several))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.gibberish = " + several + ": each of its labels ");
    assertThatThrownBy(() -> suite(BenchmarkSuite.NAME, null, null, "no/such/folder"))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.gibberish = no/such/folder isn't a classifier of texts: ")
        .hasMessageContaining("engram fetch hf:madhurjindal/autonlp-Gibberish-Detector-492513457");
    List<String> both = List.of("tofu_benchmark", "tofu_benchmark_public_labels");
    assertThat(Suites.matching(both, List.of("tofu:forget05")))
        .containsExactly("tofu_benchmark:forget05", "tofu_benchmark_public_labels:forget05");
  }
}
