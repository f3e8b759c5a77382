package io.engram.report.page;

import io.engram.core.stats.Decision;
import io.engram.core.text.NumberText;
import io.engram.core.text.Phrases;
import io.engram.report.compare.MeasureDifference;
import io.engram.report.compare.OrderPairs;
import io.engram.report.figure.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What several pairs of runs of equal seed say, in a sentence or two. */
final class PairedSentence {
  private PairedSentence() {}

  /**
   * The differences of UC and UT, of which more is better, and what becomes of the claim; where
   * neither was measured, how many measures it holds for.
   *
   * @param orders which order against which
   */
  static String of(String orders, OrderPairs pairs) {
    String over =
        "%s, %d pairs of runs of equal seed (%s): "
            .formatted(orders, pairs.pairs().size(), NumberText.ranges(pairs.seeds()));
    MeasureDifference uc = pairs.measure(Metric.COMPLETENESS.id());
    MeasureDifference ut = pairs.measure(Metric.UTILITY.id());
    if (uc == null || ut == null) {
      return over + counted(pairs);
    }
    String measured =
        over + "UC differs by " + difference(uc, true) + ", UT by " + difference(ut, false) + ".";
    return pairs.isOfTheClaim()
        ? measured
            + " The paper's claim, that MRD order does better, "
            + claim(uc.verdict(), ut.verdict())
        : measured;
  }

  /** {@code 0.015 (95 % interval −0.012 to 0.043)}. */
  private static String difference(MeasureDifference measure, boolean first) {
    return "%s (%s%s to %s)"
        .formatted(
            NumberText.fixed(measure.betterBy(), measure.digits()),
            first ? "95 % interval " : "",
            NumberText.fixed(end(measure.low()), measure.digits()),
            NumberText.fixed(end(measure.high()), measure.digits()));
  }

  private static double end(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  static String claim(String uc, String ut) {
    if (uc.equals(ut)) {
      return said(uc) + " on both.";
    }
    return "%s on UC and %s on UT.".formatted(said(uc), said(ut));
  }

  private static String said(String verdict) {
    return verdict.equals(Decision.EQUAL.text()) ? "finds " + verdict : verdict;
  }

  private static String counted(OrderPairs pairs) {
    List<MeasureDifference> measures = pairs.measures();
    List<String> parts = new ArrayList<>();
    Stream.of(Decision.values())
        .forEach(
            verdict -> {
              long count =
                  measures.stream().filter(m -> m.verdict().equals(verdict.text())).count();
              if (count > 0) {
                parts.add(verdict.text() + " for " + count);
              }
            });
    return measures.isEmpty()
        ? "no measure is in both."
        : "that %s is better %s of %s."
            .formatted(
                pairs.otherName(),
                Phrases.and(parts),
                NumberText.counted(measures.size(), "measure"));
  }
}
