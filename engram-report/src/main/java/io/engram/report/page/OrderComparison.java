package io.engram.report.page;

import io.engram.core.text.Phrases;
import io.engram.report.compare.OrderPairs;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Score;
import io.engram.report.run.MethodText;
import io.engram.report.run.RunData;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * MRD order against uniform order, with and without replacement, and any other two orders of one
 * method, by pairs of runs of equal seed. The paper says MRD order does better on both UC and UT
 * (§4.2, Table 1); that is a hypothesis here, and the sentence says whether these runs agree.
 */
final class OrderComparison {
  private static final String CLAIM = "The paper's claim, that MRD order does better on both,";

  private OrderComparison() {}

  static List<String> sentences(List<RunData> runs) {
    int methods = Summary.distinct(runs, RunData::method).size();
    return OrderPairs.of(runs).stream().flatMap(pairs -> compare(pairs, methods).stream()).toList();
  }

  private static List<String> compare(OrderPairs pairs, int methods) {
    String method = methods == 1 ? "" : "With " + MethodText.of(pairs.baseline().method()) + ", ";
    String orders =
        Phrases.capitalised(method + pairs.otherName() + " against " + pairs.baselineName());
    if (pairs.pairs().isEmpty()) {
      return List.of(orders + ": not compared, because no two of their runs have the same seed.");
    }
    List<String> sentences = new ArrayList<>();
    if (!pairs.otherDifferences().isEmpty()) {
      sentences.add(
          orders
              + ": "
              + CLAIM.replaceFirst("The", "the")
              + " can't be judged by this: the two recipes differ in more than the order ("
              + Phrases.and(pairs.otherDifferences())
              + ").");
    } else if (pairs.pairs().size() == 1) {
      sentences.addAll(onePair(orders, pairs));
    } else {
      sentences.add(PairedSentence.of(orders, pairs));
    }
    if (!pairs.ofEqualCost()) {
      sentences.add(unequalCost(pairs.pairs()));
    }
    return sentences;
  }

  private static List<String> onePair(String orders, OrderPairs pairs) {
    OrderPairs.Pair pair = pairs.pairs().get(0);
    Verdict uc = verdict(pair.baseline(), pair.other(), Metric.COMPLETENESS);
    Verdict ut = verdict(pair.baseline(), pair.other(), Metric.UTILITY);
    List<String> sentences = new ArrayList<>();
    if (uc != null && ut != null) {
      String claim = pairs.isOfTheClaim() ? " " + agreement(uc, ut) : "";
      sentences.add("%s: UC is %s, UT is %s.%s".formatted(orders, uc.text(), ut.text(), claim));
    }
    if (!pairs.measures().isEmpty()) {
      sentences.add(
          "This is one pair of runs (seed %s): differences without an interval between seeds."
              .formatted(pair.baseline().seed()));
    }
    return sentences;
  }

  private static String unequalCost(List<OrderPairs.Pair> pairs) {
    int a = pairs.get(0).baseline().journal().lastUpdate();
    int b = pairs.get(0).other().journal().lastUpdate();
    return pairs.size() == 1
        ? "The two runs did not make the same number of updates (%d and %d), so the comparison is"
                .formatted(a, b)
            + " not at equal cost."
        : "Not all pairs made the same number of updates, so the comparison is not at equal cost.";
  }

  private static @Nullable Verdict verdict(RunData uniform, RunData mrd, Metric metric) {
    Score a = Score.of(uniform, RunData.AFTER, metric);
    Score b = Score.of(mrd, RunData.AFTER, metric);
    return a == null || b == null ? null : Verdict.between(a, b);
  }

  static String agreement(Verdict uc, Verdict ut) {
    List<Verdict.Kind> kinds = List.of(uc.kind(), ut.kind());
    if (kinds.contains(Verdict.Kind.UNKNOWN)) {
      return CLAIM + " can't be judged without standard errors.";
    }
    if (kinds.contains(Verdict.Kind.LOWER)) {
      return CLAIM + " is contradicted here on " + which(uc, ut, Verdict.Kind.LOWER) + ".";
    }
    if (!kinds.contains(Verdict.Kind.HIGHER)) {
      return CLAIM + " is neither supported nor contradicted here.";
    }
    if (Objects.equals(uc.kind(), ut.kind())) {
      return CLAIM + " is supported here.";
    }
    return CLAIM
        + " is supported here on "
        + which(uc, ut, Verdict.Kind.HIGHER)
        + " and left open on "
        + which(uc, ut, Verdict.Kind.NO_DIFFERENCE)
        + ".";
  }

  private static String which(Verdict uc, Verdict ut, Verdict.Kind kind) {
    if (uc.kind() == kind && ut.kind() == kind) {
      return "both";
    }
    return uc.kind() == kind ? "UC" : "UT";
  }
}
