package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.core.sample.DataRow;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.harness.HarnessTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The same numbers as lm-evaluation-harness, on made-up rows and a tiny model of random weights.
 */
class HarnessGoldenTest {
  /** The harness sums in float32. */
  private static final double NATS = 2e-4;

  private static final JsonNode EXPECTED = Golden.json("harness/synthetic.json").path("tasks");
  private static final Path DATASETS = Golden.path("harness/datasets");

  private static Evaluation run(String name, Path datasets, int window) {
    HarnessSuite suite =
        new HarnessSuite(Selection.of(name), new DatasetFolder(datasets, null), window);
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      return suite.measure(new Stage(model, "before", 0, ProgressListener.NONE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "boolq",
        "rte",
        "hellaswag",
        "winogrande",
        "arc_easy",
        "openbookqa",
        "piqa",
        "truthfulqa_mc1",
        "truthfulqa_mc2",
        "wmdp_bio",
        "mmlu_anatomy",
        "mmlu_virology",
        "mmlu_anatomy_5shot"
      })
  void givesTheHarnessesNumbers(String name) {
    compare(run(name, DATASETS, 0), name, EXPECTED.path(name));
  }

  /** Contexts that don't fit lose their beginning. */
  @ParameterizedTest
  @CsvSource({"arc_easy, arc_easy_cut", "mmlu_anatomy_5shot, mmlu_anatomy_5shot_cut"})
  void cutsLongContextsAsTheHarnessDoes(String name, String expected) {
    Evaluation evaluation = run(name, DATASETS, 64);
    compare(evaluation, name, EXPECTED.path(expected));
    assertThat(evaluation.notes())
        .anyMatch(
            note ->
                note.contains("don't fit the model's window of 64 tokens; the beginning of their"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mmlu_anatomy", "mmlu_anatomy_5shot"})
  void readsTablesLikeParquet(String name) {
    compare(run(name, DATASETS.resolve("mmlu-tables"), 0), name, EXPECTED.path(name));
  }

  /** The same rows as the authors of MMLU give them: no header, a letter for the answer. */
  @ParameterizedTest
  @ValueSource(strings = {"mmlu_anatomy", "mmlu_anatomy_5shot"})
  void readsTheAuthorsTablesOfMmlu(String name, @TempDir Path folder) throws IOException {
    for (String split : List.of("dev", "test")) {
      String file = "mmlu/%s/anatomy_%s.csv".formatted(split, split);
      StringBuilder bare = new StringBuilder();
      for (DataRow row : DataRow.read(DATASETS.resolve("mmlu-tables").resolve(file))) {
        List<String> cells = new ArrayList<>();
        for (String column : List.of("question", "choice0", "choice1", "choice2", "choice3")) {
          cells.add(row.fields().path(column).asString());
        }
        cells.add("ABCD".substring(row.fields().path("answer").asInt()).substring(0, 1));
        cells.replaceAll(cell -> '"' + cell.replace("\"", "\"\"") + '"');
        bare.append(String.join(",", cells)).append('\n');
      }
      Files.createDirectories(folder.resolve(file).getParent());
      Files.writeString(folder.resolve(file), bare);
    }
    compare(run(name, folder, 0), name, EXPECTED.path(name));
  }

  /** The same rows as GLUE gives them, with a quotation mark that nothing closes. */
  @Test
  void readsTheTableOfRte(@TempDir Path folder) throws IOException {
    StringBuilder table = new StringBuilder("index\tsentence1\tsentence2\tlabel\n");
    int index = 0;
    for (DataRow row : DataRow.read(DATASETS.resolve("rte/dev.jsonl"))) {
      table
          .append(index++)
          .append('\t')
          .append(row.fields().path("premise").asString())
          .append('\t')
          .append(row.fields().path("hypothesis").asString())
          .append('\t')
          .append(row.fields().path("label").asString())
          .append('\n');
    }
    Path dev = folder.resolve("glue/RTE/dev.tsv");
    Files.createDirectories(dev.getParent());
    Files.writeString(dev, table);
    compare(run("rte", folder, 0), "rte", EXPECTED.path("rte"));
    Files.writeString(dev, table + "8\t\"So it \"is\", he said.\tIt is.\tentailment\n");
    assertThat(run("rte", folder, 0).rowsBySet().get("harness_rte")).hasSize(index + 1);
  }

  /** From the raw file, and from the hub's rows of a line each. */
  @ParameterizedTest
  @ValueSource(strings = {"", "wikitext-lines"})
  void givesTheHarnessesPerplexities(String folder) {
    Evaluation evaluation = run("wikitext", DATASETS.resolve(folder), 64);
    JsonNode expected = EXPECTED.path("wikitext");
    List<?> rows = Objects.requireNonNull(evaluation.rowsBySet().get("harness_wikitext"));
    assertThat(rows).hasSameSizeAs(expected.path("documents").values());
    for (int i = 0; i < rows.size(); i++) {
      Perplexity.Row row = (Perplexity.Row) rows.get(i);
      JsonNode document = expected.path("documents").get(i);
      assertThat(row.logProb())
          .isCloseTo(document.path("log_likelihood").asDouble(), within(NATS * row.tokens()));
      assertThat(row.words()).isEqualTo(document.path("words").asInt());
      assertThat(row.bytes()).isEqualTo(document.path("bytes").asInt());
      assertThat(row.windows()).isEqualTo((row.tokens() + 63) / 64);
    }
    JsonNode metrics = expected.path("metrics");
    for (Measurement measurement : evaluation.measurements()) {
      String metric = measurement.metric().replace("harness.wikitext.", "");
      double value = metrics.path(metric).asDouble();
      assertThat(measurement.value()).isCloseTo(value, within(1e-3 * value));
    }
    assertThat(evaluation.measurements()).hasSize(3);
  }

  static void compare(Evaluation evaluation, String name, JsonNode expected) {
    List<?> rows = evaluation.rowsBySet().values().iterator().next();
    assertThat(rows).hasSameSizeAs(expected.path("documents").values());
    for (int i = 0; i < rows.size(); i++) {
      compare((Row) rows.get(i), expected.path("documents").get(i), name + " row " + i);
    }
    for (Measurement measurement : evaluation.measurements()) {
      String metric = measurement.metric().replaceFirst(".*\\.", "");
      JsonNode metrics = expected.path("metrics");
      double value = metrics.path(metric).asDouble();
      assertThat(measurement.value()).as(measurement.metric()).isCloseTo(value, within(1e-4));
      JsonNode error = metrics.path(metric + "_stderr");
      assertThat(error.isNumber()).as(metrics.toString()).isTrue();
      assertThat(measurement.standardError()).isCloseTo(error.asDouble(), within(1e-4));
    }
  }

  /** Choices have a few tokens at most; each may be off by the harness's own rounding. */
  static void compare(Row row, JsonNode document, String what) {
    double[] expected = Golden.doubles(document.path("log_likelihoods"));
    assertThat(row.logProbs()).as(what).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(row.logProbs().get(i)).as(what).isCloseTo(expected[i], within(2 * NATS));
    }
    assertThat(row.acc()).as(what).isCloseTo(document.path("acc").asDouble(), within(1e-4));
    if (document.has("acc_norm")) {
      assertThat(row.accNorm()).as(what).isEqualTo(document.path("acc_norm").asDouble());
    } else {
      assertThat(row.accNorm()).as(what).isNull();
    }
  }
}
