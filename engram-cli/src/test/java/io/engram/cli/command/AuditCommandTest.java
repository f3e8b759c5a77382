package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Child;
import io.engram.cli.Cli;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.VerdictRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the built-in models: mini knows the requests by heart, mini-retain90 never saw them, so it is
 * what a perfect unlearning of mini would give.
 */
class AuditCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    System.setProperty("engram.home", Cli.ROOT.toString());
    List<String> rows = new ArrayList<>();
    List<String> all = Files.readAllLines(Cli.ROOT.resolve("data/tofu/forget01.jsonl"));
    rows.addAll(all.subList(0, 3));
    rows.addAll(all.subList(20, 23));
    Files.write(folder.resolve("six.jsonl"), rows);
  }

  private Cli.Ran audit(String model, Object... more) {
    return audit(out(), model, more);
  }

  private Cli.Ran audit(Path out, String model, Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "audit",
                "--model",
                model,
                "--before",
                "mini",
                "--requests",
                folder.resolve("six.jsonl"),
                "--template",
                "plain",
                "--out",
                out));
    command.addAll(List.of(more));
    return Cli.run(command.toArray());
  }

  private Path out() {
    return folder.resolve("out");
  }

  private List<VerdictRow> verdicts() {
    return JsonFiles.readLines(out().resolve(VerdictRow.FILE), VerdictRow.class);
  }

  private AuditSummary summary() {
    return JsonFiles.read(out().resolve(AuditSummary.FILE), AuditSummary.class);
  }

  /** The model itself knows everything, and its twin that never saw it knows nothing. */
  @Test
  void theModelItselfKnowsAndTheOneThatNeverSawDoesNot() throws IOException {
    Cli.Ran known = audit("mini", "--attacks", "int4");
    assertThat(known.exitCode()).isEqualTo(5);
    assertThat(known.out())
        .contains("Verdict: 6 still known.")
        .contains("samples that were never seen known or hidden");
    assertThat(verdicts())
        .allSatisfy(
            row -> {
              assertThat(row.knownBefore()).isEqualTo("known");
              assertThat(row.attack()).isEqualTo("int4");
              assertThat(row.attackValues()).containsKey("exact_memorization");
              assertThat(row.attackLimits()).containsKey("exact_memorization");
            });

    Path rows = out().resolve("audit/int4.jsonl");
    FileTime before = Files.getLastModifiedTime(rows);
    Cli.Ran again = audit("mini", "--attacks", "int4");
    assertThat(again.out()).isEqualTo(known.out());
    assertThat(Files.getLastModifiedTime(rows)).isEqualTo(before);

    Cli.Ran other = audit("mini-retain90", "--attacks", "int4");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err())
        .contains(out() + " holds verdicts on other models or requests.\n")
        .contains("Give this audit a folder of its own with --out DIR, or leave --out out.");
    assertThat(verdicts()).extracting(VerdictRow::verdict).containsOnly("known");

    Path beside = folder.resolve("beside");
    Cli.Ran never = audit(beside, "mini-retain90", "--attacks", "int4");
    assertThat(never.exitCode()).isZero();
    assertThat(JsonFiles.readLines(beside.resolve(VerdictRow.FILE), VerdictRow.class))
        .extracting(VerdictRow::verdict)
        .doesNotContain("known", "hidden");
  }

  /** The day's first audit was of something else. */
  @Test
  void withoutAFolderEachAuditGetsANewOne() throws Exception {
    String day = LocalDate.now(ZoneId.systemDefault()).toString();
    Path first = Files.createDirectories(folder.resolve("runs/" + day + "-audit"));
    Path next =
        Files.createDirectories(
            folder.resolve("runs/" + LocalDate.parse(day).plusDays(1) + "-audit"));
    for (Path taken : List.of(first, next)) {
      Files.writeString(taken.resolve(VerdictRow.FILE), "of something else");
    }
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    List<Object> words =
        List.of("audit", "--model", "mini", "--before", "mini", "--requests", "six.jsonl");
    List<Object> all = new ArrayList<>(words);
    all.addAll(List.of("--template", "plain", "--attacks", "int8"));
    Cli.Ran ran = Child.end(Child.of(out, err, all).directory(folder.toFile()).start(), out, err);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(5);
    assertThat(ran.err()).containsPattern("Audit folder: runs/\\d{4}-\\d\\d-\\d\\d-audit-2\n");
    assertThat(first.resolve(VerdictRow.FILE)).hasContent("of something else");
    assertThat(next.resolve(VerdictRow.FILE)).hasContent("of something else");
  }

  @Test
  void aRetrainedModelIsComparedWithInstead() {
    Cli.Ran ran = audit("mini", "--attacks", "int8,relearn", "--retrained", "mini-retain90");
    assertThat(ran.exitCode()).isEqualTo(5);
    assertThat(ran.err())
        .contains("Compares with the retrained model, which never saw the requests");
    AuditSummary summary = summary();
    assertThat(summary.comparedWith()).isEqualTo("retrained");
    assertThat(summary.controls()).isEqualTo(46); // few requests: 40 made ones more
    assertThat(summary.attacks())
        .extracting(Attacked::name)
        .containsExactly("none", "int8", "relearn");
    Attacked relearn = summary.attacks().get(2);
    assertThat(relearn.settings()).containsExactly("2e-5", "1e-4", "3e-4");
    assertThat(relearn.facts()).containsKeys("relearning_r_exact_memorization");
    assertThat(relearn.notes()).isEmpty(); // two authors, one in each part
    assertThat(relearn.n()).containsEntry("after", 6).containsEntry("control", 46);
  }

  /**
   * No attack can be made in a thousandth of a second; the plain measurement is made all the same.
   */
  @Test
  void anAttackThatRunsOutOfTimeIsLeftOutAndTheOthersGoOn() {
    Cli.Ran ran = audit("mini-retain90", "--attacks", "int8,int4", "--minutes", "0.00001");
    assertThat(ran.err())
        .contains("The attack int8 ran out of time (--minutes); the others go on.");
    assertThat(ran.out())
        .contains("Not checked: int8, which ran out of time (--minutes).")
        .contains("Not checked: int4");
    assertThat(summary().attacks()).extracting(Attacked::name).containsExactly("none");
    assertThat(out().resolve("audit/int8.jsonl")).doesNotExist();
  }

  @Test
  void mistakesAreSaidBeforeAnythingIsMeasured() {
    Cli.Ran unknown = audit("mini", "--attacks", "int5");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("--attacks: no attack is named int5");
    Cli.Ran lacking = audit("mini", "--attacks", "finetune");
    assertThat(lacking.exitCode()).isEqualTo(2);
    assertThat(lacking.err()).contains("The attack finetune needs").contains("--finetune DATA");
    Cli.Ran nothing = Cli.run("audit", "--model", "mini");
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.err()).contains("name what to audit");
    Cli.Ran both = Cli.run("audit", "somewhere", "--model", "mini");
    assertThat(both.err()).contains("not both");
    Cli.Ran requests = audit("mini", "--controls", folder.resolve("six.jsonl"));
    assertThat(requests.exitCode()).isEqualTo(2);
    assertThat(requests.err()).contains("these are requests");
  }

  @Test
  void modelsThatDoNotFitAreRefused() {
    String tiny =
        Cli.ROOT.resolve("engram-model/src/test/resources/golden/llama/with-tokenizer").toString();
    Cli.Ran retrained = audit("mini", "--retrained", tiny);
    assertThat(retrained.exitCode()).isEqualTo(2);
    assertThat(retrained.err()).contains("has another tokenizer or template than the original");
    Cli.Ran deployed =
        audit(
            "mini",
            "--deployed",
            Cli.ROOT.resolve("engram-model/src/test/resources/golden/gguf/llama/model.gguf"));
    assertThat(deployed.exitCode()).isEqualTo(2);
    assertThat(deployed.err()).contains("The file that is served");
    assertThat(out().resolve("audit")).doesNotExist();
  }
}
