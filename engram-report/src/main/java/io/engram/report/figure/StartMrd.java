package io.engram.report.figure;

import io.engram.core.run.MrdRow;
import io.engram.report.run.RunData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * MRD of the model at the start. It belongs to the model and the sample, not to the order, so a run
 * in uniform order borrows it from a run that began with the same weights and template.
 */
public final class StartMrd {
  private StartMrd() {}

  /** By sample id; empty where no run shown has it. */
  public static Map<String, MrdRow> of(RunData run, List<RunData> runs) {
    List<RunData> sources = new ArrayList<>();
    sources.add(run);
    sources.addAll(runs);
    for (RunData source : sources) {
      if (!source.firstMrd().isEmpty() && sameStart(run, source)) {
        Map<String, MrdRow> rows = new LinkedHashMap<>();
        source.firstMrd().forEach(row -> rows.put(row.id(), row));
        return rows;
      }
    }
    return Map.of();
  }

  private static boolean sameStart(RunData run, RunData source) {
    return run.manifest().modelHash().equals(source.manifest().modelHash())
        && run.manifest().template().equals(source.manifest().template());
  }

  /** Runs with their own MRD, each distinct set of values once. */
  static List<RunData> owners(List<RunData> runs) {
    List<RunData> owners = new ArrayList<>();
    for (RunData run : runs) {
      boolean known = owners.stream().anyMatch(o -> o.firstMrd().equals(run.firstMrd()));
      if (!run.firstMrd().isEmpty() && !known) {
        owners.add(run);
      }
    }
    return owners;
  }
}
