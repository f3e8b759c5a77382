package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.sample.DataRow;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import io.engram.unlearn.eval.generative.PythonText;
import io.engram.unlearn.eval.harness.HarnessTable.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The same log-likelihoods, acc and acc_norm as lm-evaluation-harness on the first 6 rows of each
 * data set, or on 50 with {@code -Dengram.harness.rows=50}, with SmolLM2-135M. The model lies in
 * the folder that ENGRAM_TEST_MODELS names, the data sets in the folder {@code data} beside that.
 */
@Tag("scale")
class HarnessSmolLm2Test {
  private static final String VARIABLE = "ENGRAM_TEST_MODELS";

  /** The harness sums in float32: up to this a token. */
  private static final double NATS = 2e-4;

  private static final int ROWS = Integer.getInteger("engram.harness.rows", 6);

  private static final JsonNode EXPECTED = Golden.json("harness/smollm2.json").path("tasks");

  /** Where another data set's rows stand in for those that aren't at hand, as in the script. */
  private static final Map<String, String> STAND_INS =
      Map.of(
          "boolq", "rte",
          "wmdp_bio", "mmlu_college_biology",
          "wmdp_chem", "mmlu_college_chemistry",
          "wmdp_cyber", "mmlu_computer_security");

  private static @Nullable LanguageModel model;

  static List<String> names() {
    return List.copyOf(EXPECTED.propertyNames());
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheHarnessesNumbers(String name) {
    Path data = data();
    List<JsonNode> documents =
        EXPECTED.path(name).path("documents").valueStream().limit(ROWS).toList();
    if (name.equals("wikitext")) {
      compareTexts(data, documents);
      return;
    }
    Selection.Run run = Selection.of(name).runs().get(0);
    String part = run.parts().get(0);
    List<DataRow> rows = chosen(rows(data, STAND_INS.getOrDefault(name, name)), documents);
    List<DataRow> examples =
        run.shots() == 0 ? List.of() : source(data, name).examples(run.shots());
    rows.forEach(row -> inColumnsOf(name, row));
    LanguageModel open = model();
    double begin = processorSeconds();
    DocumentBuilder builder =
        new DocumentBuilder(
            run.task(), part, new Examples(examples, run.shots(), TaskSpec.Shots.Draw.FIRST));
    List<Row> found =
        new TaskRunner(open, 8192, ProgressListener.NONE)
            .choices(run.task(), part, builder.documents(rows));
    report("%s: %.1f s of processor".formatted(name, processorSeconds() - begin));
    for (int i = 0; i < documents.size(); i++) {
      compare(found.get(i), documents.get(i), name + " row " + documents.get(i).path("row"));
    }
  }

  private static void compare(Row row, JsonNode document, String what) {
    double[] expected = Golden.doubles(document.path("log_likelihoods"));
    for (int i = 0; i < expected.length; i++) {
      // A token of a choice has three nats or so.
      double tokens = Math.max(1, Math.abs(expected[i]) / 3);
      assertThat(row.logProbs().get(i)).as(what).isCloseTo(expected[i], within(NATS * tokens));
    }
    assertThat(row.acc()).as(what).isCloseTo(document.path("acc").asDouble(), within(1e-4));
    if (document.has("acc_norm")) {
      assertThat(row.accNorm()).as(what).isEqualTo(document.path("acc_norm").asDouble());
    }
  }

  private static void compareTexts(Path data, List<JsonNode> documents) {
    List<DataRow> pages = chosen(rows(data, "wikitext"), documents);
    for (DataRow page : pages) {
      String text = Objects.requireNonNull(Columns.text(page, "page"));
      int end = text.offsetByCodePoints(0, Math.min(1200, PythonText.length(text)));
      page.fields().put("page", text.substring(0, end));
    }
    List<Perplexity.Row> found =
        new TaskRunner(model(), 256, ProgressListener.NONE)
            .pages(Selection.of("wikitext").runs().get(0).task(), pages);
    for (int i = 0; i < documents.size(); i++) {
      Perplexity.Row row = found.get(i);
      double expected = documents.get(i).path("log_likelihood").asDouble();
      assertThat(row.logProb()).isCloseTo(expected, within(NATS * row.tokens()));
      assertThat(row.words()).isEqualTo(documents.get(i).path("words").asInt());
      assertThat(row.bytes()).isEqualTo(documents.get(i).path("bytes").asInt());
    }
  }

  private static TaskRows source(Path data, String name) {
    Selection.Run run = Selection.of(name).runs().get(0);
    String part = run.parts().get(0);
    return new TaskRows(run.task(), part, new DatasetFolder(data, null).find(run.task(), part));
  }

  private static List<DataRow> rows(Path data, String name) {
    return source(data, name).documents();
  }

  private static List<DataRow> chosen(List<DataRow> rows, List<JsonNode> documents) {
    List<DataRow> chosen = new ArrayList<>();
    documents.forEach(document -> chosen.add(rows.get(document.path("row").asInt())));
    return chosen;
  }

  /** RTE's rows in BoolQ's columns. */
  private static void inColumnsOf(String name, DataRow row) {
    if (name.equals("boolq")) {
      ObjectNode fields = row.fields();
      fields.put("passage", fields.path("sentence1").asString());
      fields.put("question", fields.path("sentence2").asString().replaceFirst("\\.+$", ""));
      fields.put("label", fields.path("label").asString().equals("entailment") ? 1 : 0);
    }
  }

  private static LanguageModel model() {
    LanguageModel open = model;
    if (open == null) {
      Path folder = models().resolve("smollm2-135m-instruct");
      open = LanguageModel.open(folder.toString(), ModelOptions.defaults());
      model = open;
    }
    return open;
  }

  private static Path models() {
    String models = System.getenv(VARIABLE);
    Path folder = models == null ? null : Path.of(models);
    return required(models, folder);
  }

  private static Path data() {
    return required("its data", models().toAbsolutePath().resolveSibling("data"));
  }

  @SuppressWarnings("SystemOut") // Maven's log is where a skipped test is noticed.
  private static Path required(@Nullable String what, @Nullable Path folder) {
    boolean there = folder != null && Files.isDirectory(folder);
    String why =
        "%s names no folder with smollm2-135m-instruct and a folder data beside it (%s, %s)"
            .formatted(VARIABLE, what, folder);
    if (!there) {
      System.out.println("Skipped: " + why);
    }
    Assumptions.assumeTrue(there, why);
    return Objects.requireNonNull(folder);
  }

  /** How much work it was, however busy the machine is. */
  private static double processorSeconds() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(duration -> duration.toMillis() / 1000.0)
        .orElse(Double.NaN);
  }

  @SuppressWarnings("SystemOut") // Worth a line in the log.
  private static void report(String line) {
    System.out.println("SmolLM2, " + line);
  }

  @AfterAll
  static void close() {
    if (model != null) {
      model.close();
      model = null;
    }
  }
}
