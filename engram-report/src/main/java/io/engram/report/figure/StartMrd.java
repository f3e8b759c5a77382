package io.engram.report.figure;

import io.engram.core.run.MrdRow;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * MRD under the starting model. It depends on the model and the sample, not on the order, so a run
 * in uniform order borrows it from a run that started with the same weights and template.
 */
public final class StartMrd {
  private StartMrd() {}

  /** By sample id; empty if no run shown has it. */
  public static Map<String, MrdRow> of(RunContents run, List<RunContents> runs) {
    List<RunContents> sources = new ArrayList<>();
    sources.add(run);
    sources.addAll(runs);
    for (RunContents source : sources) {
      if (!source.firstMrd().isEmpty() && sameStart(run, source)) {
        Map<String, MrdRow> rows = new LinkedHashMap<>();
        source.firstMrd().forEach(row -> rows.put(row.id(), row));
        return rows;
      }
    }
    return Map.of();
  }

  private static boolean sameStart(RunContents run, RunContents source) {
    return run.manifest().modelHash().equals(source.manifest().modelHash())
        && run.manifest().template().equals(source.manifest().template());
  }

  /** Runs with their own MRD, each distinct set of values once. */
  static List<RunContents> owners(List<RunContents> runs) {
    List<RunContents> owners = new ArrayList<>();
    for (RunContents run : runs) {
      boolean known = owners.stream().anyMatch(o -> o.firstMrd().equals(run.firstMrd()));
      if (!run.firstMrd().isEmpty() && !known) {
        owners.add(run);
      }
    }
    return owners;
  }
}
