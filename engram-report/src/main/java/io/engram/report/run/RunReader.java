package io.engram.report.run;

import io.engram.core.EngramException;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.core.run.VerdictRow;
import io.engram.report.run.RunContents.Look;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads run folders. Only the manifest is required; anything else that is missing is shown as
 * missing.
 */
public final class RunReader {
  private RunReader() {}

  /**
   * Reads the runs and gives each a unique label.
   *
   * @param folders runs, and folders of trials, whose finished trials are read
   * @throws EngramException if there is none, a folder is missing or isn't a run, or a file in it
   *     is damaged; the message names the folder
   */
  public static List<RunContents> read(List<Path> folders) {
    if (folders.isEmpty()) {
      throw EngramException.usage("A report needs at least one run folder; none was given.");
    }
    List<RunContents> runs = new ArrayList<>();
    for (Path folder : RunFolders.of(folders).runs()) {
      runs.add(read(folder));
    }
    return labelled(runs);
  }

  private static RunContents read(Path path) {
    try (RunFolder folder = RunFolder.read(path)) {
      NavigableMap<Integer, List<MrdRow>> mrd = new TreeMap<>();
      for (int epoch : folder.mrdEpochs()) {
        List<MrdRow> rows = folder.mrd(epoch);
        if (rows.stream().allMatch(MrdRow::isMrd)) {
          mrd.put(epoch, rows);
        }
      }
      boolean hasRecipe = Files.isRegularFile(path.resolve("recipe.yaml"));
      return new RunContents(
          RunFolders.name(path),
          "",
          new Look(0, ""),
          folder.manifest(),
          RecipeValues.parse(hasRecipe ? folder.recipe() : ""),
          JournalView.JournalReader.view(folder.journal().read()),
          mrd,
          folder.samples(),
          folder.measurements(),
          plan(path),
          verdicts(path),
          audit(path));
    }
  }

  private static @Nullable ForgetPlan plan(Path run) {
    Path file = run.resolve(ForgetPlan.FILE);
    return Files.isRegularFile(file) ? JsonFiles.read(file, ForgetPlan.class) : null;
  }

  private static @Nullable AuditSummary audit(Path run) {
    Path file = run.resolve(AuditSummary.FILE);
    return Files.isRegularFile(file) ? JsonFiles.read(file, AuditSummary.class) : null;
  }

  private static List<VerdictRow> verdicts(Path run) {
    Path file = run.resolve(VerdictRow.FILE);
    return Files.isRegularFile(file) ? JsonFiles.readLines(file, VerdictRow.class) : List.of();
  }

  /**
   * A run's label is its set's, with the seed if the set has several runs; else its folder's name.
   */
  private static List<RunContents> labelled(List<RunContents> runs) {
    List<TrialSet> sets = TrialSet.of(runs);
    IdentityHashMap<RunContents, TrialSet> setOf = new IdentityHashMap<>();
    sets.forEach(set -> set.runs().forEach(run -> setOf.put(run, set)));
    List<String> labels =
        runs.stream()
            .map(run -> label(run, Objects.requireNonNull(setOf.get(run)), sets.size()))
            .toList();
    if (new HashSet<>(labels).size() < runs.size()) {
      labels = numbered(runs.stream().map(RunContents::folder).toList());
    }
    boolean shared = sets.size() > 1 && sets.stream().anyMatch(TrialSet::hasTrials);
    List<RunContents> named = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      TrialSet set = Objects.requireNonNull(setOf.get(runs.get(i)));
      Look own = new Look(i, labels.get(i));
      named.add(
          runs.get(i)
              .labelled(labels.get(i), shared ? new Look(sets.indexOf(set), set.label()) : own));
    }
    return List.copyOf(named);
  }

  private static String label(RunContents run, TrialSet set, int sets) {
    if (!set.hasTrials()) {
      return set.label();
    }
    return (sets == 1 ? "" : set.label() + ", ") + "seed " + run.seed();
  }

  /** The names, with a number after each repeated one. */
  static List<String> numbered(List<String> names) {
    Map<String, Integer> seen = new HashMap<>();
    return names.stream()
        .map(
            name -> {
              int times = seen.merge(name, 1, Integer::sum);
              return times == 1 ? name : name + " (" + times + ")";
            })
        .toList();
  }
}
