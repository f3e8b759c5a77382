package io.engram.cli.output;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.AuditSummary.Mean;
import io.engram.core.run.AuditSummary.NotChecked;
import io.engram.core.run.LeadingMeasures;
import io.engram.core.run.VerdictRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an audit found, in words. */
public final class AuditText {
  private static final String MEMORIZATION = "exact_memorization";
  private static final String STRENGTH = "extraction_strength";
  private static final int NAMED = 5;

  private AuditText() {}

  /** A line for each attack, the verdicts, false alarms, and what was not checked. */
  public static String of(AuditSummary summary, List<VerdictRow> verdicts) {
    List<String> lines = new ArrayList<>();
    lines.add(table(summary).toString());
    lines.add(
        "\nBefore, after, and %s. Known: of %d requests, how many the attack finds known. False alarms: of %d samples never seen."
            .formatted(
                summary.comparedWith().equals("retrained")
                    ? "a model that never saw the requests"
                    : "the model before on samples that it never saw",
                summary.requests(),
                summary.controls()));
    lines.add("");
    lines.add(verdicts(summary));
    FalseAlarms alarms = summary.falseAlarms();
    if (alarms != null) {
      lines.add(
          "The same rule would call %d of %d samples that were never seen known or hidden."
              .formatted(alarms.called(), alarms.n()));
    }
    lines.addAll(hidden(verdicts));
    for (Attacked attack : summary.attacks()) {
      attack.notes().forEach(note -> lines.add(attack.name() + ": " + note));
    }
    for (NotChecked not : summary.notChecked()) {
      lines.add("Not checked: %s, which %s.".formatted(not.attack(), not.why()));
    }
    return String.join("\n", lines);
  }

  private static Table table(AuditSummary summary) {
    Table table =
        new Table(
            "attack",
            "extraction strength",
            "never saw",
            "exact memorization",
            "never saw",
            "known",
            "false alarms");
    for (Attacked attack : summary.attacks()) {
      Set<String> measures =
          attack.measures().getOrDefault(AuditSummary.AFTER, new java.util.TreeMap<>()).keySet();
      String first = measures.isEmpty() ? STRENGTH : LeadingMeasures.first(measures, m -> m).get(0);
      String label = first.equals(STRENGTH) ? "" : " (" + first + ")";
      table.row(
          attack.name() + label,
          change(attack, first),
          number(attack.mean(AuditSummary.CONTROL, first)),
          change(attack, MEMORIZATION),
          number(attack.mean(AuditSummary.CONTROL, MEMORIZATION)),
          String.valueOf(attack.known()),
          String.valueOf(attack.falseAlarms()));
    }
    return table;
  }

  private static String change(Attacked attack, String measure) {
    Mean before = attack.mean(AuditSummary.BEFORE, measure);
    Mean after = attack.mean(AuditSummary.AFTER, measure);
    return after == null
        ? ""
        : before == null ? number(after) : number(before) + " → " + number(after);
  }

  private static String number(@Nullable Mean mean) {
    return mean == null ? "" : "%.3f".formatted(mean.mean()).replace('-', '−');
  }

  private static String verdicts(AuditSummary summary) {
    List<String> parts = new ArrayList<>();
    for (String verdict : ForgetText.ORDER) {
      Integer count = summary.verdicts().get(verdict);
      if (count != null) {
        parts.add(count + " " + ForgetText.WORDS.get(verdict));
      }
    }
    return "Verdict: " + String.join(", ", parts) + ".";
  }

  private static List<String> hidden(List<VerdictRow> verdicts) {
    Map<String, List<String>> byAttack = new LinkedHashMap<>();
    for (VerdictRow row : verdicts) {
      String attack = row.attack();
      if (row.verdict().equals(VerdictRow.HIDDEN) && attack != null) {
        byAttack.computeIfAbsent(attack, a -> new ArrayList<>()).add(row.id());
      }
    }
    List<String> lines = new ArrayList<>();
    byAttack.forEach(
        (attack, ids) ->
            lines.add(
                "  Hidden, best known under %s: %s%s"
                    .formatted(
                        attack,
                        String.join(", ", ids.subList(0, Math.min(NAMED, ids.size()))),
                        ids.size() > NAMED ? ", and %d more".formatted(ids.size() - NAMED) : "")));
    return lines;
  }
}
