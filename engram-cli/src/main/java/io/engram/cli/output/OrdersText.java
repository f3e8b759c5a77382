package io.engram.cli.output;

import io.engram.core.text.NumberText;
import io.engram.report.compare.MeasureDifference;
import io.engram.report.compare.OrderPairs;
import io.engram.report.text.WordList;
import java.util.List;
import java.util.Locale;

/** Compares two orders by pairs of runs with the same seed, as tables with a line per metric. */
public final class OrdersText {
  private static final String LEGEND =
      """
      Positive is better. Student's t over pairs. holds: the interval lies above zero; fails: below
      zero; can't be decided at this n: zero lies in the interval, or there is only one pair.\
      """;

  private OrdersText() {}

  /** The tables; empty if no orders were compared. */
  public static String of(List<OrderPairs.Difference> orders) {
    return orders.isEmpty()
        ? ""
        : String.join("\n\n", orders.stream().map(OrdersText::of).toList()) + "\n" + LEGEND;
  }

  private static String of(OrderPairs.Difference orders) {
    StringBuilder text =
        new StringBuilder(
            "%s against %s, %s, %s with the same seed (%s)"
                .formatted(
                    WordList.capitalised(orders.order()),
                    orders.baseline(),
                    orders.method(),
                    orders.seeds().size() == 1 ? "1 pair" : orders.seeds().size() + " pairs",
                    String.join(", ", orders.seeds())));
    List<String> suites =
        orders.measures().stream().map(MeasureDifference::suite).distinct().toList();
    for (String suite : suites) {
      text.append('\n').append(table(suite, orders));
    }
    return text.toString();
  }

  private static Table table(String suite, OrderPairs.Difference orders) {
    String better = orders.seeds().size() == 1 ? "better by" : "better by [95 %]";
    Table table = new Table(suite, "unit", "pairs", better, "it is better");
    for (MeasureDifference measure : orders.measures()) {
      if (measure.suite().equals(suite)) {
        table.row(
            measure.name(),
            measure.unit(),
            Integer.toString(measure.pairs()),
            difference(measure),
            measure.verdict());
      }
    }
    return table;
  }

  /** Zero has no sign. */
  private static String fixed(String format, double value) {
    String text = String.format(Locale.ROOT, format, value);
    return text.matches("-[0.]+") ? text.substring(1) : text;
  }

  /** {@code 0.015 [-0.012, 0.043]}; without the interval for a single pair. */
  private static String difference(MeasureDifference measure) {
    Double low = measure.low();
    Double high = measure.high();
    if (low == null || high == null) {
      return NumberText.plain(measure.betterBy());
    }
    String format = "%." + measure.digits() + "f";
    return "%s [%s, %s]"
        .formatted(fixed(format, measure.betterBy()), fixed(format, low), fixed(format, high));
  }
}
