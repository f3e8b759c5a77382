package io.engram.report.run;

import io.engram.core.EngramException;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Reads run folders. Only the manifest must be there; what else is missing is shown as missing. */
public final class RunReader {
  private RunReader() {}

  /**
   * Reads the runs and gives each a label that sets it apart from the others.
   *
   * @throws EngramException if there is none, a folder is missing or is no run, or a file in it is
   *     damaged; the message names the folder
   */
  public static List<RunData> read(List<Path> folders) {
    if (folders.isEmpty()) {
      throw EngramException.usage("A report needs at least one run folder; none was given.");
    }
    List<RunData> runs = new ArrayList<>();
    for (Path folder : folders) {
      runs.add(read(folder));
    }
    return labelled(runs);
  }

  private static RunData read(Path path) {
    try (RunFolder folder = RunFolder.read(path)) {
      NavigableMap<Integer, List<MrdRow>> mrd = new TreeMap<>();
      folder.mrdEpochs().forEach(epoch -> mrd.put(epoch, folder.mrd(epoch)));
      boolean hasRecipe = Files.isRegularFile(path.resolve("recipe.yaml"));
      return new RunData(
          String.valueOf(path.toAbsolutePath().normalize().getFileName()),
          "",
          folder.manifest(),
          RecipeValues.parse(hasRecipe ? folder.recipe() : ""),
          JournalReader.view(folder.journal().read()),
          mrd,
          folder.samples(),
          folder.measurements());
    }
  }

  /**
   * The shortest of these that sets all runs apart: the order; method and order; the folder's name;
   * the folder's name with a number.
   */
  private static List<RunData> labelled(List<RunData> runs) {
    List<String> labels = runs.stream().map(run -> OrderText.of(run.order())).toList();
    Set<String> methods = new HashSet<>();
    runs.forEach(run -> methods.add(run.method()));
    if (methods.size() > 1) {
      labels =
          runs.stream()
              .map(run -> MethodText.of(run.method()) + ", " + OrderText.of(run.order()))
              .toList();
    }
    if (new HashSet<>(labels).size() < runs.size()) {
      labels = numbered(runs.stream().map(RunData::folder).toList());
    }
    List<RunData> named = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      named.add(runs.get(i).labelled(labels.get(i)));
    }
    return List.copyOf(named);
  }

  private static List<String> numbered(List<String> names) {
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
