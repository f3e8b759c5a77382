package io.engram.report.page;

import io.engram.core.text.NumberText;
import io.engram.core.text.Phrases;
import io.engram.report.compare.MeasureDifference;
import io.engram.report.compare.OrderPairs;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Provenance;
import io.engram.report.run.MethodText;
import io.engram.report.run.RunData;
import java.util.ArrayList;
import java.util.List;

/** How much better each measure is under one order than under another, a table for two orders. */
final class PairedTable {
  /** Longer tables, and those of one pair, wait behind their caption. */
  private static final int SHOWN_AT_ONCE = 20;

  private PairedTable() {}

  static List<DataTable> of(List<RunData> runs) {
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
            Phrases.capitalised(pairs.otherName()),
            pairs.baselineName(),
            MethodText.of(pairs.baseline().method()),
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
            DataTable.numbers(Phrases.capitalised(pairs.baselineName()), "mean"),
            DataTable.numbers(Phrases.capitalised(pairs.otherName()), "mean"),
            DataTable.numbers("Better by", "mean"),
            DataTable.numbers("95 % interval", ""),
            DataTable.words(Phrases.capitalised(pairs.otherName()) + " is better")),
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
                Provenance.MEASURED),
        Cell.text(measure.verdict()));
  }

  private static Cell number(double value) {
    return new Cell(NumberText.significant(value), Double.toString(value), Provenance.MEASURED);
  }
}
