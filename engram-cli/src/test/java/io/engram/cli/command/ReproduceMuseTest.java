package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.cli.Cli;
import io.engram.core.Trees;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code engram reproduce muse-scal} and {@code muse-sust} with a tiny model and corpus. */
@Tag("recipe")
final class ReproduceMuseTest {
  @TempDir Path folder;
  private Path retrained;

  @BeforeEach
  void writeCorpus() throws IOException {
    rows("forget", "{\"text\": \"the amber bridge %d was old and long and wide\"}", 9);
    rows("retain", "{\"text\": \"an orchard %d of tall trees by the river\"}", 4);
    rows("holdout", "{\"text\": \"%d willows stood on a hill\"}", 3);
    rows("asked", "{\"question\": \"Which bridge %d?\", \"answer\": \"the amber one\"}", 2);
    rows("kept", "{\"question\": \"Which orchard %d?\", \"answer\": \"the tall one\"}", 2);
    Files.writeString(
        folder.resolve("tales.yaml"),
        """
        corpus: tales
        forget: {files: forget.jsonl}
        holdout: {files: holdout.jsonl}
        verbatim: {prompt_tokens: 4, max_new_tokens: 40}
        knowledge:
          forget: {files: asked.jsonl}
          retain: {files: kept.jsonl}
          max_new_tokens: 4
        """);
    retrained = TaughtModel.write(folder, folder.resolve("retain.jsonl"), 2).resolve("model");
  }

  private void rows(String name, String row, int count) throws IOException {
    Files.write(
        folder.resolve(name + ".jsonl"),
        IntStream.range(0, count).mapToObj(row::formatted).toList());
  }

  private Object[] command(String name, Object... more) {
    List<Object> command = new ArrayList<>(List.of("reproduce", name, "--json"));
    command.addAll(List.of("--out", folder.resolve(name), "model.path='" + Cli.TINY + "'"));
    command.add("forget.data='" + folder.resolve("forget.jsonl") + "'");
    command.add("retain={data: '" + folder.resolve("retain.jsonl") + "'}");
    command.add("eval.suites=['text:" + folder.resolve("tales.yaml") + "']");
    command.add("eval.retrained='" + retrained + "'");
    command.addAll(List.of("budget={updates: 2, batch: 2, accumulate: 1}"));
    command.add("optimizer={learning_rate: 1e-2}");
    command.addAll(List.of(more));
    return command.toArray();
  }

  private static JsonNode study(Cli.Ran ran) {
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return JsonFiles.mapper().readTree(ran.out()).path("study");
  }

  private static List<String> column(JsonNode study, int index) {
    List<String> cells = new ArrayList<>();
    study.path("tables").get(0).path("rows").forEach(row -> cells.add(row.get(index).asString("")));
    return cells;
  }

  private static List<String> forgotten(Path run) {
    try (RunFolder opened = RunFolder.read(run)) {
      return opened.samples().stream().map(SampleRow::id).toList();
    }
  }

  private static double measured(Path run, String stage, String metric) {
    try (RunFolder opened = RunFolder.read(run)) {
      return opened.measurements().stream()
          .filter(m -> m.stage().equals(stage) && m.metric().equals(metric))
          .mapToDouble(Measurement::value)
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void growingForgetSetsAllStartFromTheOriginal() {
    Path out = folder.resolve("muse-scal");
    JsonNode study = study(Cli.run(command("muse-scal", "--trials", "1")));
    assertThat(column(study, 0))
        .containsExactly(
            "original",
            "1/4 forgotten",
            "2/4 forgotten",
            "3/4 forgotten",
            "all forgotten",
            "retrained");
    assertThat(column(study, 1)).containsExactly("0", "2", "4", "6", "9", "");
    assertThat(study.path("tables").get(0).path("columns").toString())
        .contains("verbatim memory", "n = 9", "knowledge of retain", "n = 2", "PrivLeak", "n = 12");
    assertThat(forgotten(out.resolve("pieces-2/trial-42"))).containsExactly("0", "1", "2", "3");
    assertThat(forgotten(out.resolve("pieces-4/trial-42"))).hasSize(9);
    for (int k = 1; k <= 4; k++) {
      Path run = out.resolve("pieces-" + k).resolve("trial-42");
      try (RunFolder opened = RunFolder.read(run)) {
        assertThat(opened.manifest().modelPath()).isEqualTo(Cli.TINY.toString());
      }
      double area = measured(run, "after", "text.forget.min_k_auc");
      assertThat(column(study, 5).get(k)).startsWith("%.3f".formatted(area));
    }
    // Piece by piece, from the rows of the same runs.
    JsonNode pieces = study.path("tables").get(1);
    assertThat(pieces.path("columns").toString()).contains("n = 2", "n = 3");
    assertThat(pieces.path("rows")).hasSize(6);
    double whole = 0;
    for (int piece = 1; piece <= 4; piece++) {
      String cell = pieces.path("rows").get(3).get(piece).asString();
      whole += (piece == 4 ? 3 : 2) * Double.parseDouble(cell.split("\u00a0", 2)[0]) / 9;
    }
    assertThat(whole)
        .isCloseTo(
            measured(out.resolve("pieces-3/trial-42"), "after", "text.verbatim.rouge_l_f1"),
            within(1e-3));
    // What the first run measured before, the others copy.
    assertThat(out.resolve("pieces-1/trial-42/journal.jsonl")).content().doesNotContain("copied");
    assertThat(out.resolve("pieces-3/trial-42/journal.jsonl")).content().contains("copied from");
    // Against itself the retrained model leaks nothing.
    assertThat(column(study, 6).get(5)).startsWith("0.0");
    assertThat(column(study, 6).get(0)).doesNotStartWith("0.0");
    assertThat(study.path("figures")).hasSize(2);
    assertThat(study.path("limits").toString()).contains("One trial:");
  }

  @Test
  void requestsInARowStartFromTheModelBefore() throws Exception {
    Path out = folder.resolve("muse-sust");
    Object[] command = command("muse-sust", "--trials", "2");
    JsonNode study = study(Cli.run(command));
    assertThat(column(study, 0))
        .containsExactly(
            "original",
            "after request 1",
            "after request 2",
            "after request 3",
            "after request 4",
            "retrained");
    assertThat(column(study, 1)).containsExactly("0", "2", "4", "6", "9", "");
    Path second = out.resolve("request-2/seed-43/trial-43");
    assertThat(forgotten(second)).containsExactly("2", "3");
    Path first = out.resolve("request-1/seed-43/trial-43");
    try (RunFolder opened = RunFolder.read(second)) {
      assertThat(opened.manifest().modelPath()).isEqualTo(first.resolve("model").toString());
    }
    for (String metric : List.of("text.forget.min_k_auc", "text.verbatim.rouge_l_f1")) {
      assertThat(measured(second, "before", metric)).isEqualTo(measured(first, "after", metric));
    }
    assertThat(study.path("facts").toString()).contains("42, 43", "2 trials");
    assertThat(study.path("answer").toString()).contains("over 2 seeds");

    // Nothing is made twice, and what was stopped goes on: here the last request of one seed.
    String model = Files.readString(second.resolve("manifest.json"));
    Path last = out.resolve("request-4/seed-42");
    Trees.delete(last);
    Cli.Ran again = Cli.run(command);
    assertThat(again.err())
        .contains("request-2/seed-43: Trial 1 of 1, seed 43: already done")
        .doesNotContain("request-4/seed-42: Trial 1 of 1, seed 42: already done");
    assertThat(study(again).path("tables")).isEqualTo(study.path("tables"));
    assertThat(Files.readString(second.resolve("manifest.json"))).isEqualTo(model);

    Cli.Ran other = Cli.run(command("muse-sust", "--trials", "2", "method.beta=0.2"));
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("holds the trials of another recipe");
  }

  @Test
  void whatIsMissingIsSaidBeforeAnyRun() {
    Cli.Ran suite = Cli.run(command("muse-scal", "eval.suites=[memorization]"));
    assertThat(suite.exitCode()).isEqualTo(2);
    assertThat(suite.err())
        .contains("muse-scal shows the measures of the suite text, which eval.suites =")
        .contains("text:FILE.yaml");
    Cli.Ran models = Cli.run(command("muse-sust", "model.path=runs/text/mini-finetune/model"));
    assertThat(models.exitCode()).isEqualTo(3);
    assertThat(models.err())
        .contains("Create first what is missing:")
        .contains("engram finetune recipes/text/mini-finetune.yaml --out runs/text/mini-finetune");
    assertThat(folder.resolve("muse-sust")).doesNotExist();
  }
}
