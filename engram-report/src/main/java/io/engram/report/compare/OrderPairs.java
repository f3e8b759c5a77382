package io.engram.report.compare;

import io.engram.report.run.RunContents;
import io.engram.report.run.RunWords;
import io.engram.report.run.TrialSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two orders of one method, and the pairs of runs with equal seed that compare them. What a seed
 * does to both runs of a pair cancels in their difference; runs with different seeds are never
 * paired.
 *
 * @param baseline uniform order, if one of the two is
 * @param other the order that may be better
 * @param pairs by seed; empty if no seed is in both
 * @param otherDifferences how the recipes, or the files, differ besides {@code order.*} keys
 */
public record OrderPairs(
    TrialSet baseline, TrialSet other, List<Pair> pairs, List<String> otherDifferences) {
  private static final String ORDER_KEYS = "order.";

  /** Two runs with equal seed. */
  public record Pair(RunContents baseline, RunContents other) {}

  /**
   * All orders that can be compared. Recipes that differ in more than the order are paired only if
   * neither has a partner that differs only in the order, and only MRD order with uniform.
   */
  public static List<OrderPairs> of(List<RunContents> runs) {
    List<OrderPairs> all = new ArrayList<>();
    List<TrialSet> sets = TrialSet.of(runs);
    for (int i = 0; i < sets.size(); i++) {
      for (int j = i + 1; j < sets.size(); j++) {
        if (sets.get(i).method().equals(sets.get(j).method())) {
          all.add(between(sets.get(i), sets.get(j)));
        }
      }
    }
    List<OrderPairs> alone = all.stream().filter(OrderPairs::inOrderAlone).toList();
    return all.stream()
        .filter(
            pairs ->
                pairs.inOrderAlone()
                    || (pairs.isOfTheClaim() && alone.stream().noneMatch(pairs::shares)))
        .toList();
  }

  private static OrderPairs between(TrialSet first, TrialSet second) {
    boolean swap = rank(second) < rank(first);
    TrialSet baseline = swap ? second : first;
    TrialSet other = swap ? first : second;
    Map<String, RunContents> partners = other.bySeed();
    List<Pair> pairs = new ArrayList<>();
    baseline
        .bySeed()
        .forEach(
            (seed, run) -> {
              RunContents partner = partners.get(seed);
              if (partner != null) {
                pairs.add(new Pair(run, partner));
              }
            });
    List<String> others =
        baseline.differing(other).stream().filter(key -> !key.startsWith(ORDER_KEYS)).toList();
    return new OrderPairs(baseline, other, List.copyOf(pairs), others);
  }

  private static int rank(TrialSet set) {
    return switch (set.order()) {
      case "uniform" -> 0;
      case RunWords.UNIFORM_WITH_REPLACEMENT -> 1;
      default -> 2;
    };
  }

  private boolean inOrderAlone() {
    return otherDifferences.isEmpty();
  }

  private boolean shares(OrderPairs that) {
    return List.of(baseline, other).stream()
        .anyMatch(set -> set.equals(that.baseline) || set.equals(that.other));
  }

  /** Whether the paper makes a claim about the two: MRD order does better than uniform order. */
  public boolean isOfTheClaim() {
    return rank(baseline) < 2 && other.order().equals("mrd");
  }

  /** The seeds of the pairs. */
  public List<String> seeds() {
    return pairs.stream().map(pair -> pair.baseline().seed()).toList();
  }

  /** Differences of the measures after the last update; empty if nothing can be compared. */
  public List<MeasureDifference> measures() {
    return inOrderAlone() ? MeasureDifference.of(pairs) : List.of();
  }

  /** The measure of this id, or null. */
  public @Nullable MeasureDifference measure(String metric) {
    return measures().stream()
        .filter(measure -> measure.metric().equals(metric))
        .findFirst()
        .orElse(null);
  }

  /** {@code uniform order}: without the method, which both have. */
  public String baselineName() {
    return name(baseline);
  }

  /** {@code MRD order}. */
  public String otherName() {
    return name(other);
  }

  private static String name(TrialSet set) {
    String order = RunWords.order(set.order());
    String method = RunWords.method(set.method()) + ", ";
    String label =
        set.label().startsWith(method) ? set.label().substring(method.length()) : set.label();
    return label.startsWith(order) ? label : order + " (" + label + ")";
  }

  /** The same without the runs, as in {@code --json}; null if nothing is compared. */
  public @Nullable Difference difference() {
    List<MeasureDifference> measures = measures();
    return measures.isEmpty()
        ? null
        : new Difference(baseline.method(), baselineName(), otherName(), seeds(), measures);
  }

  /** Whether the runs of each pair made as many updates. */
  public boolean ofEqualCost() {
    return pairs.stream()
        .allMatch(
            pair -> pair.baseline().journal().lastUpdate() == pair.other().journal().lastUpdate());
  }

  /**
   * A comparison of two orders by pairs of runs.
   *
   * @param method of all runs
   * @param baseline the baseline order: {@code uniform order}
   * @param order the order that may be better: {@code MRD order}
   * @param seeds of the pairs
   * @param measures after the last update, in the order they were recorded
   */
  public record Difference(
      String method,
      String baseline,
      String order,
      List<String> seeds,
      List<MeasureDifference> measures) {}
}
