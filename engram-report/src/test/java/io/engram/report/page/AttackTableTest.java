package io.engram.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.AuditSummary.Mean;
import io.engram.core.run.AuditSummary.NotChecked;
import io.engram.core.run.JsonFiles;
import io.engram.report.ForgetFixture;
import io.engram.report.Report;
import io.engram.report.run.RunReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttackTableTest {
  private static SortedMap<String, Mean> means(
      String one, double first, String two, double second) {
    return new TreeMap<>(Map.of(one, new Mean(first, 0.01), two, new Mean(second, 0.01)));
  }

  private static Attacked attack(String name, SortedMap<String, SortedMap<String, Mean>> measures) {
    return new Attacked(
        name,
        "does something",
        List.of(),
        new TreeMap<>(),
        new TreeMap<>(),
        measures,
        new TreeMap<>(),
        2,
        1,
        new TreeMap<>(),
        List.of("a note"),
        1.5);
  }

  private static AuditSummary summary() {
    String em = "exact_memorization";
    String es = "extraction_strength";
    return new AuditSummary(
        "given",
        40,
        5,
        List.of(
            attack(
                "none",
                new TreeMap<>(
                    Map.of(
                        "before", means(em, 1, es, 0.95),
                        "after", means(em, 0.25, es, 0.05),
                        "control", means(em, 0.2, es, 0.04)))),
            attack(
                "sampling",
                new TreeMap<>(Map.of("after", means("leak_at_5", 0.125, "leak_at_20", 0.5))))),
        List.of(new NotChecked("finetune", "needs your own samples", false)),
        new TreeMap<>(Map.of("hidden", 2)),
        new FalseAlarms(40, 3),
        12);
  }

  @Test
  void attacksAreShownBesideWhatWasNeverSeen() {
    AttackTable table = AttackTable.of(summary());
    assertThat(table.lead().get(0)).contains("on 40 questions that it has never seen");
    assertThat(table.rows().get(0).cells())
        .containsExactly(
            new AttackTable.Cell("", "95\u00a0%", "5\u00a0%", "4\u00a0%"),
            new AttackTable.Cell("", "100\u00a0%", "25\u00a0%", "20\u00a0%"));
    assertThat(table.rows().get(1).cells())
        .containsExactly(
            new AttackTable.Cell("leak at 20", "–", "0.50", "–"),
            new AttackTable.Cell("leak at 5", "–", "0.13", "–"));
    assertThat(table.alarms()).contains("would call 3 of 40 samples");
    assertThat(table.notes()).containsExactly("none: a note.", "sampling: a note.");
  }

  @Test
  void thePageHasTheAttacksAndSaysWhatWasNotChecked(@TempDir Path dir) throws IOException {
    Path run = new ForgetFixture().forgotten("a", 2, 2).known("k", null).write(dir.resolve("run"));
    JsonFiles.write(run.resolve(AuditSummary.FILE), summary());
    RequestView view = RequestView.of(RunReader.read(List.of(run)).get(0), "f").orElseThrow();
    assertThat(view.unchecked().get(0))
        .isEqualTo("The attack finetune, which needs your own samples.");
    Path page = dir.resolve("report.html");
    Report.write(List.of(run), page);
    assertThat(Files.readString(page))
        .contains("Is it gone, or only hidden?")
        .contains("leak at 20")
        .contains("False alarms: the same rule");
  }
}
