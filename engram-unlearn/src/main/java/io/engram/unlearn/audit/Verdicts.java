package io.engram.unlearn.audit;

import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.VerdictRow;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.NeverSeen;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a request is after attacks. No threshold is invented: each attack is also made on
 * samples that were never seen, and a request is known under it if at least two measures are above
 * these samples' 95th percentile (one, if the attack has only one measure). An attack that is made
 * on fewer than 20 of them decides nothing.
 *
 * <p>{@code not_known_before}: see {@link #knownBefore}. {@code undecided}: fewer than 20 controls,
 * or one measure is above without an attack. {@code known}: known without an attack. {@code
 * hidden}: known under an attack only. {@code over_forgotten}: neither, but its log-probability is
 * below the controls' 5th percentile and a membership attack tells the requests from the controls
 * the wrong way round (AUC below 0.5 − 2 standard errors). {@code forgotten}: none of these.
 *
 * @param plain the measurement without an attack
 * @param attacks the others
 * @param deletionShows whether a membership attack's AUC is below 0.5 − 2 standard errors
 */
public record Verdicts(Compared plain, List<Compared> attacks, boolean deletionShows) {
  /** How the name of an AUC among an attack's facts ends. */
  public static final String AUC = "_auc";

  /** What follows in the name of its standard error. */
  public static final String ERROR = "_standard_error";

  /** Leaves out attacks that have too few controls. */
  public Verdicts {
    attacks = attacks.stream().filter(Verdicts::decides).toList();
  }

  /**
   * A verdict.
   *
   * @param verdict one of {@link VerdictRow}'s
   * @param above measures above the limits without an attack
   * @param worst the attack under which the request is known best; null if it is known under none
   * @param row what that attack found; null likewise
   */
  public record Verdict(
      String verdict, List<String> above, @Nullable Compared worst, @Nullable Row row) {}

  /** Whether there are enough controls for verdicts. */
  public boolean decides() {
    return decides(plain);
  }

  /** Whether an attack was made on enough controls for verdicts. */
  public static boolean decides(Compared attack) {
    return attack.controls().size() >= NeverSeen.FEWEST;
  }

  /**
   * What triage would say of a request under the original: {@code known}, {@code not_known} or
   * {@code undecided}.
   */
  public String knownBefore(String id) {
    Row row = plain.row(Role.BEFORE, id);
    List<String> above = row == null ? List.of() : plain.above(row);
    if (!decides()) {
      return VerdictRow.UNDECIDED;
    }
    return row == null || above.isEmpty()
        ? "not_known"
        : plain.isKnown(row, above) ? VerdictRow.KNOWN : VerdictRow.UNDECIDED;
  }

  /**
   * The verdict on a request.
   *
   * @param knownBefore as {@link #knownBefore} says
   */
  public Verdict of(String id, String knownBefore) {
    Row row = plain.row(Role.AFTER, id);
    List<String> above = row == null ? List.of() : plain.above(row);
    Compared worst = worst(id);
    Row under = worst == null ? null : worst.row(Role.AFTER, id);
    if (knownBefore.equals("not_known")) {
      return new Verdict(VerdictRow.NOT_KNOWN_BEFORE, above, null, null);
    }
    if (!decides()) {
      return new Verdict(VerdictRow.UNDECIDED, above, null, null);
    }
    String verdict;
    if (row != null && plain.isKnown(row, above)) {
      verdict = VerdictRow.KNOWN;
    } else if (worst != null) {
      verdict = VerdictRow.HIDDEN;
    } else if (!above.isEmpty()) {
      verdict = VerdictRow.UNDECIDED;
    } else {
      verdict = deletionShows && isFarBelow(row) ? VerdictRow.OVER_FORGOTTEN : VerdictRow.FORGOTTEN;
    }
    return new Verdict(verdict, above, worst, under);
  }

  private boolean isFarBelow(@Nullable Row row) {
    Double value = row == null ? null : row.measures().get(Measure.LOG_PROB.key());
    return value != null && value < plain.lowerLimit(Measure.LOG_PROB.key());
  }

  /**
   * The attack under which a request is known best: most measures above their limits, then the
   * largest margin in standard deviations of the controls; null if it is known under none.
   */
  private @Nullable Compared worst(String id) {
    Compared worst = null;
    int most = 0;
    double largest = 0;
    for (Compared attack : attacks) {
      Row row = attack.row(Role.AFTER, id);
      if (row == null || !attack.isKnown(row, attack.above(row))) {
        continue;
      }
      int above = attack.above(row).size();
      double margin = attack.margin(row);
      if (above > most || (above == most && margin > largest)) {
        worst = attack;
        most = above;
        largest = margin;
      }
    }
    return worst;
  }

  /** Whether a request is known under one attack. */
  public static boolean isKnown(Compared attack, String id) {
    Row row = attack.row(Role.AFTER, id);
    return row != null && attack.isKnown(row, attack.above(row));
  }

  /**
   * How often the rule is wrong about samples that were never seen: each control is judged by the
   * others, under each attack. Under a retrained model the rule for requests is milder still, since
   * a request may be as well known as it is to that model.
   */
  public FalseAlarms falseAlarms() {
    Set<String> controls = new LinkedHashSet<>(plain.controls());
    List<Compared> all = new ArrayList<>(attacks);
    all.add(plain);
    long called =
        controls.stream().filter(id -> all.stream().anyMatch(a -> a.isFalseAlarm(id))).count();
    return new FalseAlarms(controls.size(), (int) called);
  }

  /** How many controls the rule calls known under one attack. */
  public static int falseAlarms(Compared attack) {
    return (int) attack.controls().stream().filter(attack::isFalseAlarm).count();
  }

  /** Whether facts of the model after hold an AUC that is below 0.5 − 2 standard errors. */
  public static boolean isBelowChance(SortedMap<String, Double> facts) {
    for (Map.Entry<String, Double> fact : facts.entrySet()) {
      Double error = facts.get(fact.getKey() + ERROR);
      if (fact.getKey().endsWith(AUC) && error != null && fact.getValue() < 0.5 - 2 * error) {
        return true;
      }
    }
    return false;
  }
}
