package io.engram.report.page;

import io.engram.core.run.LeadingMeasures;
import io.engram.core.run.Measurement;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Metric;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All measurements that no figure shows, as recorded; those that tell most come first. */
final class Measured {
  private Measured() {}

  static Optional<DataTable> others(List<RunContents> runs) {
    Set<String> shown = new HashSet<>();
    Metric.FORGOTTEN.forEach(metric -> shown.add(metric.id()));
    Metric.KEPT.forEach(metric -> shown.add(metric.id()));
    List<List<Cell>> rows = new ArrayList<>();
    for (RunContents run : runs) {
      for (Measurement measurement :
          LeadingMeasures.first(run.measurements(), Measurement::metric)) {
        if (!shown.contains(measurement.metric())) {
          rows.add(row(run, measurement));
        }
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DataTable(
                "Other measurements, as recorded (%d)".formatted(rows.size()),
                false,
                List.of(
                    DataTable.words("Run"),
                    DataTable.words("Stage"),
                    DataTable.words("Measure"),
                    DataTable.numbers("Value", ""),
                    DataTable.numbers("± 1 SE", ""),
                    DataTable.words("Unit"),
                    DataTable.numbers("n", ""),
                    DataTable.words("Better")),
                rows));
  }

  private static List<Cell> row(RunContents run, Measurement m) {
    Double error = m.standardError();
    return List.of(
        Cell.text(run.label()),
        Cell.text(m.stage()),
        Cell.text(m.metric()),
        new Cell(
            NumberText.significant(m.value()),
            Double.toString(m.value()),
            Cell.Provenance.MEASURED),
        error == null ? Cell.none() : Cell.estimated(NumberText.significant(error), error),
        Cell.text(m.unit()),
        Cell.count(m.n()),
        Cell.text(m.better()));
  }
}
