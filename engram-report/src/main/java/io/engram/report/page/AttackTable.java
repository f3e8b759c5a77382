package io.engram.report.page;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.AuditSummary.Mean;
import io.engram.core.run.LeadingMeasures;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What attacks found out, in words for the person who asked.
 *
 * @param lead what was done, and how to read the table
 * @param never the heading of the column of what was never seen
 * @param rows an attack each; the first is none
 * @param alarms how often the rule is wrong; empty if that isn't known
 * @param notes what a reader must know to read the numbers
 */
public record AttackTable(
    List<String> lead, String never, List<Row> rows, String alarms, List<String> notes) {
  private static final String MEMORIZATION = "exact_memorization";
  private static final String STRENGTH = "extraction_strength";

  /**
   * An attack.
   *
   * @param what it does
   * @param cells the measures that are shown, at most two
   * @param known how many requests it finds known
   * @param falseAlarms how many samples never seen the rule calls known under it
   */
  public record Row(String name, String what, List<Cell> cells, String known, String falseAlarms) {}

  /**
   * A measure.
   *
   * @param label empty for the measures in the table's head
   * @param never the same attack on what was never seen
   */
  public record Cell(String label, String before, String after, String never) {}

  /** Of an audit. */
  static AttackTable of(AuditSummary audit) {
    boolean retrained = audit.comparedWith().equals("retrained");
    List<String> lead = new ArrayList<>();
    lead.add(
        "What a model doesn't answer it may still know. So it was attacked, and asked again. Each attack was also made on the model before, and on %s: even a model that never knew learns something from an attack, so only what goes beyond that counts."
            .formatted(
                retrained
                    ? "a model that never saw the requests"
                    : "%s that it has never seen"
                        .formatted(NumberText.counted(audit.controls(), "question"))));
    FalseAlarms alarms = audit.falseAlarms();
    List<String> notes = new ArrayList<>();
    for (Attacked attack : audit.attacks()) {
      attack.notes().forEach(note -> notes.add(attack.name() + ": " + note + "."));
    }
    return new AttackTable(
        lead,
        retrained ? "never knew" : "never seen",
        audit.attacks().stream().map(AttackTable::row).toList(),
        alarms == null
            ? ""
            : "False alarms: the same rule would call %d of %s that were never seen known or hidden. If the share of hidden requests is no larger than that, the attacks have found nothing."
                .formatted(alarms.called(), NumberText.counted(alarms.n(), "sample")),
        notes);
  }

  private static Row row(Attacked attack) {
    List<Cell> cells = new ArrayList<>();
    for (String measure : shown(attack)) {
      cells.add(
          new Cell(
              isShare(measure) ? "" : measure.replace('_', ' '),
              number(attack.mean(AuditSummary.BEFORE, measure), measure),
              number(attack.mean(AuditSummary.AFTER, measure), measure),
              number(attack.mean(AuditSummary.CONTROL, measure), measure)));
    }
    while (cells.size() < 2) {
      cells.add(new Cell("", "", "", ""));
    }
    return new Row(
        attack.name(),
        attack.summary(),
        cells,
        String.valueOf(attack.known()),
        String.valueOf(attack.falseAlarms()));
  }

  /** The two measures of the head, or the attack's own first two. */
  private static List<String> shown(Attacked attack) {
    Set<String> all = attack.measures().getOrDefault(AuditSummary.AFTER, new TreeMap<>()).keySet();
    return all.contains(MEMORIZATION) && all.contains(STRENGTH)
        ? List.of(STRENGTH, MEMORIZATION)
        : LeadingMeasures.first(all, name -> name).stream().limit(2).toList();
  }

  private static boolean isShare(String measure) {
    return measure.equals(MEMORIZATION) || measure.equals(STRENGTH);
  }

  private static String number(@Nullable Mean mean, String measure) {
    if (mean == null) {
      return "–";
    }
    return isShare(measure)
        ? NumberText.fixed(100 * mean.mean(), 0) + "\u00a0%"
        : NumberText.fixed(mean.mean(), 2);
  }
}
