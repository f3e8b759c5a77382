package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.Trees;
import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.Statement;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunModel;
import io.engram.core.run.VerdictRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code engram forget --audit} on a tiny model that has learned the numbers of six people. It
 * forgets four of them until they are no likelier than numbers never seen, but among a thousand
 * other numbers of five digits they still stand out.
 */
@Tag("recipe")
class ForgetAuditTest {
  private static final List<String> NAMES =
      List.of(
          "Qvist", "Lund", "Marsh", "Adair", "Orlov", "Tanaka", "Ruiz", "Mbeki", "Novak", "Costa",
          "Faber", "Kaya", "Silva", "Petrov", "Rahman", "Ito", "Berg", "Dubois", "Kelly", "Okafor",
          "Haas", "Vega", "Moro", "Wolf", "Frey", "Nagy");

  @TempDir Path folder;

  private Path rows(String name, int from, int to) throws IOException {
    return Files.write(
        folder.resolve(name),
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    "{\"question\": \"Who is %s?\", \"answer\": \"Number %d.\"}"
                        .formatted(NAMES.get(i), (i * 7919 + 4721) * 37 % 90000 + 10000))
            .toList());
  }

  private static List<VerdictRow> verdicts(Path run) {
    return JsonFiles.readLines(run.resolve(VerdictRow.FILE), VerdictRow.class);
  }

  private static long hidden(Path run) {
    return verdicts(run).stream().filter(v -> v.verdict().equals(VerdictRow.HIDDEN)).count();
  }

  @Test
  void hiddenRequestsAreForgottenAgainAndDeeper() throws IOException {
    Path taught = TaughtModel.write(folder, rows("all.jsonl", 0, 6), 100);
    Path out = folder.resolve("out");
    Cli.Ran ran =
        Cli.run(
            "forget",
            taught,
            rows("requests.jsonl", 0, 4),
            "--keep",
            rows("keep.jsonl", 4, 6),
            "--controls",
            rows("controls.jsonl", 6, NAMES.size()),
            "--keep-loss",
            "4",
            "--audit",
            "--out",
            out,
            "optimizer.learning_rate=1e-3",
            "budget.updates=20");
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(5);

    // The first run: asked plainly it knows none, under attack it knows what it hides.
    assertThat(ran.err()).contains("Of 4 requests the model knows 4.");
    assertThat(verdicts(out)).extracting(VerdictRow::knownBefore).containsOnly(VerdictRow.KNOWN);
    assertThat(verdicts(out)).extracting(VerdictRow::verdict).doesNotContain(VerdictRow.KNOWN);
    assertThat(hidden(out)).isPositive();
    assertThat(verdicts(out))
        .filteredOn(v -> v.verdict().equals(VerdictRow.HIDDEN))
        .allSatisfy(
            row -> {
              assertThat(row.attack()).isNotNull();
              assertThat(row.attackAbove()).isNotEmpty();
              assertThat(row.attackValues()).isNotEmpty();
            });
    AuditSummary summary = JsonFiles.read(out.resolve(AuditSummary.FILE), AuditSummary.class);
    assertThat(summary.verdicts()).containsEntry(VerdictRow.HIDDEN, (int) hidden(out));
    assertThat(summary.attacks())
        .extracting(AuditSummary.Attacked::name)
        .contains("none", "int4", "relearn", "exposure", "sampling");
    assertThat(certificate(out).verdicts()).isEqualTo(summary.verdicts());
    assertThat(certificate(out).attacks()).hasSize(summary.attacks().size() - 1);
    assertThat(out.resolve("report.html")).content().contains("exposure");

    // The second run: deeper, from the original, in a folder of its own.
    Path deeper = out.resolve("stronger-1");
    assertThat(ran.err())
        .contains(
            "Attacks bring back %d of 4 requests that were known. Forgets again from the original, and stops 0."
                .formatted(hidden(out)));
    assertThat(out.resolve("recipe.yaml")).content().contains("margin: 0.0");
    assertThat(deeper.resolve("recipe.yaml"))
        .content()
        .doesNotContain("margin: 0.0")
        .contains(taught.toString());
    assertThat(verdicts(deeper)).hasSize(4);
    assertThat(deeper.resolve(AuditSummary.FILE)).exists();
    assertThat(certificate(deeper).attacks()).isNotEmpty();
    if (hidden(deeper) < hidden(out)) {
      assertThat(ran.err()).contains("The model that stands attacks best: " + out);
      assertThat(out.resolve("stronger")).exists();
    } else {
      assertThat(ran.err()).contains("That doesn't help: ", out + "/model stays the result.");
      assertThat(out.resolve("stronger")).doesNotExist();
    }
    assertThat(Cli.run("forget", "--resume", out).err()).contains("is a finished run");
    assertThat(Cli.run("forget", "--resume", deeper).err())
        .contains("To resume it: engram forget --resume " + out);

    resumedIsTheSame(out, "forgetting", cut -> cut(out, cut));
    resumedIsTheSame(
        out,
        "attacking",
        cut -> {
          copy(out, cut);
          Files.delete(cut.resolve(AuditSummary.FILE));
          Files.delete(cut.resolve("audit/relearn.json"));
          withoutDeeper(cut);
        });
    resumedIsTheSame(
        out,
        "planning-deeper",
        cut -> {
          copy(out, cut);
          withoutDeeper(cut);
          Files.createDirectories(cut.resolve("stronger-1/audit"));
        });
    resumedIsTheSame(
        out,
        "forgetting-deeper",
        cut -> {
          copy(out, cut);
          withoutDeeper(cut);
          cut(deeper, cut.resolve("stronger-1"));
        });
    resumedIsTheSame(
        out,
        "attacking-deeper",
        cut -> {
          copy(out, cut);
          withoutDeeper(cut);
          copy(deeper, cut.resolve("stronger-1"));
          Files.delete(cut.resolve("stronger-1").resolve(Certificate.FILE));
        });
  }

  /** Makes what a run leaves that was stopped. */
  private interface Stop {
    void in(Path cut) throws IOException;
  }

  private void resumedIsTheSame(Path whole, String stopped, Stop stop) throws IOException {
    Path cut = folder.resolve(stopped);
    stop.in(cut);
    Cli.Ran ran = Cli.run("forget", "--resume", cut);
    assertThat(ran.exitCode()).as(stopped + ran.err()).isEqualTo(5);
    for (String run : List.of(".", "stronger-1", "stronger-2")) {
      assertThat(cut.resolve(run).toFile().exists())
          .as(stopped + run)
          .isEqualTo(whole.resolve(run).toFile().exists());
      if (Files.exists(whole.resolve(run))) {
        for (String file : List.of(VerdictRow.FILE, "samples.jsonl", "model/model.safetensors")) {
          assertThat(cut.resolve(run).resolve(file))
              .as(stopped)
              .hasSameBinaryContentAs(whole.resolve(run).resolve(file));
        }
        assertThat(certificate(cut.resolve(run)).verdicts())
            .isEqualTo(certificate(whole.resolve(run)).verdicts());
        assertThat(certificate(cut.resolve(run)).attacks())
            .isEqualTo(certificate(whole.resolve(run)).attacks());
      }
    }
    assertThat(name(RunModel.best(cut)))
        .isEqualTo(RunModel.best(whole).equals(whole) ? stopped : name(RunModel.best(whole)));
    assertThat(Cli.run("forget", "--resume", cut).err()).contains("is a finished run");
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** What a run leaves that was killed after its plan, before its first checkpoint. */
  private static void cut(Path whole, Path cut) throws IOException {
    Files.createDirectories(cut);
    for (String file : List.of("recipe.yaml", "plan.json", "request.json")) {
      Files.copy(whole.resolve(file), cut.resolve(file));
    }
    Files.writeString(
        cut.resolve("manifest.json"),
        Files.readString(whole.resolve("manifest.json"))
            .replaceFirst("\"status\" ?: ?\"done\"", "\"status\": \"running\"")
            .replaceFirst("\"end\" ?: ?\"[^\"]*\"", "\"end\": null"));
  }

  private static void copy(Path from, Path to) throws IOException {
    for (Map.Entry<String, Path> file : Trees.files(from).entrySet()) {
      Path target = to.resolve(file.getKey());
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      Files.copy(file.getValue(), target);
    }
  }

  private static void withoutDeeper(Path run) throws IOException {
    for (String name : List.of("stronger-1", "stronger-2")) {
      Trees.delete(run.resolve(name));
    }
    Files.deleteIfExists(run.resolve("stronger"));
  }

  private static Certificate certificate(Path run) {
    Path file = run.resolve(Certificate.FILE);
    return Statement.of(Dsse.read(file), file).predicate();
  }
}
