package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.VerdictRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code engram audit} with the attacks that don't change the model, on the built-in models. */
class AuditReadingTest {
  private static final String READING =
      "logit_lens,depth,prefix,other_words,probes,exposure,sampling";

  @TempDir Path folder;
  private Path requests;

  @BeforeEach
  void writeData() throws IOException {
    System.setProperty("engram.home", Cli.ROOT.toString());
    requests = folder.resolve("three.jsonl");
    List<String> all = Files.readAllLines(Cli.ROOT.resolve("data/tofu/forget01.jsonl"));
    Files.write(requests, all.subList(0, 3));
  }

  private Cli.Ran audit(String model, Path out, String... more) {
    List<Object> command =
        new ArrayList<>(
            List.of("audit", "--model", model, "--before", "mini", "--requests", requests));
    command.addAll(List.of("--template", "plain", "--out", out));
    command.addAll(List.of(more));
    return Cli.run(command.toArray());
  }

  @Test
  void whatIsKnownIsFoundAndWhatWasNeverSeenIsNot() {
    Path known = folder.resolve("known");
    Cli.Ran ran =
        audit(
            "mini", known, "--attacks", READING, "--retrained", "mini-retain90", "--minutes", "2");
    assertThat(ran.exitCode()).isEqualTo(5);
    AuditSummary summary = JsonFiles.read(known.resolve(AuditSummary.FILE), AuditSummary.class);
    assertThat(summary.notChecked()).isEmpty();
    assertThat(summary.attacks())
        .extracting(Attacked::name)
        .containsExactlyInAnyOrder(("none," + READING).split(",", -1));
    assertThat(summary.attacks())
        .allSatisfy(attack -> assertThat(attack.known()).as(attack.name()).isPositive());
    Path never = folder.resolve("never");
    audit("mini-retain90", never, "--attacks", "depth,exposure", "--retrained", "mini-retain90");
    assertThat(JsonFiles.readLines(never.resolve(VerdictRow.FILE), VerdictRow.class))
        .extracting(VerdictRow::verdict)
        .containsOnly("forgotten");
  }

  @Test
  void probesWithUnknownIdsOrKindsAreRefusedBeforeAnythingIsMeasured() throws IOException {
    Path probes = folder.resolve("probes.jsonl");
    Files.writeString(
        probes, "{\"id\":\"77\",\"kind\":\"riddle\",\"question\":\"Who?\",\"answer\":\"I\"}\n");
    Path out = folder.resolve("out");
    Cli.Ran ran = audit("mini", out, "--probes", probes.toString());
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains("no request has the id 77; there is no kind riddle; the kinds are paraphrase");
    assertThat(out.resolve("audit")).doesNotExist();
  }
}
