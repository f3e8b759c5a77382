package io.engram.report.page;

import io.engram.core.stats.Decision;
import io.engram.core.text.NumberText;
import io.engram.report.compare.MeasureDifference;
import io.engram.report.compare.OrderPairs;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Score;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunWords;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * MRD order against uniform order, with and without replacement, and any other two orders of one
 * method, by pairs of runs with equal seed. The paper says that MRD order does better on both UC
 * and UT (§4.2, Table 1); here that is a hypothesis, and the sentence says whether these runs
 * agree.
 */
final class OrderComparison {
  private static final String CLAIM = "The paper's claim, that MRD order does better on both,";

  private OrderComparison() {}

  static List<String> sentences(List<RunContents> runs) {
    int methods = Summary.distinct(runs, RunContents::method).size();
    return OrderPairs.of(runs).stream().flatMap(pairs -> compare(pairs, methods).stream()).toList();
  }

  private static List<String> compare(OrderPairs pairs, int methods) {
    String method = methods == 1 ? "" : "With " + RunWords.method(pairs.baseline().method()) + ", ";
    String orders =
        WordList.capitalised(method + pairs.otherName() + " against " + pairs.baselineName());
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
              + WordList.and(pairs.otherDifferences())
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

  private static @Nullable Verdict verdict(RunContents uniform, RunContents mrd, Metric metric) {
    Score a = Score.of(uniform, RunContents.AFTER, metric);
    Score b = Score.of(mrd, RunContents.AFTER, metric);
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

  /** The result of several pairs of runs with equal seed, in a sentence or two. */
  static final class PairedSentence {
    private PairedSentence() {}

    /**
     * The differences of UC and UT, of which more is better, and whether the claim holds; if
     * neither was measured, for how many measures it holds.
     *
     * @param orders the orders compared
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
                  WordList.and(parts),
                  NumberText.counted(measures.size(), "measure"));
    }
  }

  /** How much better each measure is under one order than under another, a table for two orders. */
  static final class PairedTable {
    /** Longer tables, and those of one pair, start collapsed. */
    private static final int SHOWN_AT_ONCE = 20;

    private PairedTable() {}

    static List<DataTable> of(List<RunContents> runs) {
      List<DataTable> tables = new ArrayList<>();
      for (OrderPairs pairs : OrderPairs.of(runs)) {
        List<MeasureDifference> measures = pairs.measures();
        for (String suite : measures.stream().map(MeasureDifference::suite).distinct().toList()) {
          tables.add(
              table(
                  caption(pairs, suite),
                  pairs,
                  measures.stream().filter(measure -> measure.suite().equals(suite)).toList()));
        }
      }
      return tables;
    }

    private static String caption(OrderPairs pairs, String suite) {
      return "%s against %s, %s, %s: %s of equal seed (%s)"
          .formatted(
              WordList.capitalised(pairs.otherName()),
              pairs.baselineName(),
              RunWords.method(pairs.baseline().method()),
              suite,
              NumberText.counted(pairs.pairs().size(), "pair"),
              NumberText.ranges(pairs.seeds()));
    }

    private static DataTable table(
        String caption, OrderPairs pairs, List<MeasureDifference> measures) {
      return new DataTable(
          caption,
          pairs.pairs().size() > 1 && measures.size() <= SHOWN_AT_ONCE,
          List.of(
              DataTable.words("Measure"),
              DataTable.words("Better"),
              DataTable.words("Unit"),
              DataTable.numbers("Pairs", ""),
              DataTable.numbers(WordList.capitalised(pairs.baselineName()), "mean"),
              DataTable.numbers(WordList.capitalised(pairs.otherName()), "mean"),
              DataTable.numbers("Better by", "mean"),
              DataTable.numbers("95 % interval", ""),
              DataTable.words(WordList.capitalised(pairs.otherName()) + " is better")),
          measures.stream().map(PairedTable::row).toList());
    }

    private static List<Cell> row(MeasureDifference measure) {
      Double low = measure.low();
      Double high = measure.high();
      int digits = measure.digits();
      return List.of(
          Cell.text(measure.name()),
          Cell.text(measure.better()),
          Cell.text(measure.unit()),
          Cell.count(measure.pairs()),
          number(measure.baseline()),
          number(measure.other()),
          Cell.measured(measure.betterBy(), digits),
          low == null || high == null
              ? Cell.text("one pair: none")
              : new Cell(
                  NumberText.fixed(low, digits) + " to " + NumberText.fixed(high, digits),
                  Double.toString(low),
                  Cell.Provenance.MEASURED),
          Cell.text(measure.verdict()));
    }

    private static Cell number(double value) {
      return new Cell(
          NumberText.significant(value), Double.toString(value), Cell.Provenance.MEASURED);
    }
  }
}
