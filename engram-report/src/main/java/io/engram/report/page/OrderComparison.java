package io.engram.report.page;

import io.engram.report.figure.Metric;
import io.engram.report.figure.Score;
import io.engram.report.run.MethodText;
import io.engram.report.run.OrderText;
import io.engram.report.run.RunData;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * MRD order against uniform order, with and without replacement, for each method that was run in
 * both. The paper says MRD order does better on both UC and UT (§4.2, Table 1); that is a
 * hypothesis here, and the sentence says whether these runs agree.
 */
final class OrderComparison {
  private static final String CLAIM = "The paper's claim, that MRD order does better on both,";

  private OrderComparison() {}

  static List<String> sentences(List<RunData> runs) {
    List<String> sentences = new ArrayList<>();
    for (RunData uniform : runs) {
      for (RunData mrd : runs) {
        if (isUniform(uniform)
            && mrd.order().equals("mrd")
            && uniform.method().equals(mrd.method())) {
          sentences.addAll(compare(uniform, mrd, Summary.distinct(runs, RunData::method).size()));
        }
      }
    }
    return sentences;
  }

  private static boolean isUniform(RunData run) {
    return run.order().equals("uniform") || run.order().equals(OrderText.UNIFORM_WITH_REPLACEMENT);
  }

  private static List<String> compare(RunData uniform, RunData mrd, int methods) {
    Verdict uc = verdict(uniform, mrd, Metric.COMPLETENESS);
    Verdict ut = verdict(uniform, mrd, Metric.UTILITY);
    if (uc == null || ut == null) {
      return List.of();
    }
    String method = methods == 1 ? "" : "With " + MethodText.of(uniform.method()) + ", ";
    String measured =
        "%sMRD order against %s: UC is %s, UT is %s."
            .formatted(method, OrderText.of(uniform.order()), uc.text(), ut.text());
    List<String> others = otherDifferences(uniform, mrd);
    String judged =
        others.isEmpty()
            ? agreement(uc, ut)
            : CLAIM
                + " can't be judged by this: the two recipes differ in more than the order ("
                + WordList.and(others)
                + ").";
    List<String> sentences = new ArrayList<>(List.of(measured + " " + judged));
    int a = uniform.journal().lastUpdate();
    int b = mrd.journal().lastUpdate();
    if (a != b) {
      sentences.add(
          "The two runs did not make the same number of updates (%d and %d), so the comparison is"
                  .formatted(a, b)
              + " not at equal cost.");
    }
    return sentences;
  }

  private static List<String> otherDifferences(RunData uniform, RunData mrd) {
    return RecipeComparison.of(List.of(uniform, mrd)).lines().stream()
        .filter(RecipeComparison.Line::differs)
        .map(RecipeComparison.Line::key)
        .filter(key -> !key.startsWith("order."))
        .toList();
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
