package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.hub.HubCache;
import io.engram.unlearn.eval.DataFolders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds data sets: in the folder that {@code eval.datasets} names, with one folder per data set,
 * and in the hub's cache, where {@code engram fetch} puts them. Fetches nothing.
 */
final class DatasetFolder {
  private final DataFolders folders;

  /**
   * Files of a task.
   *
   * @param layout the task's layout that they have
   * @param files in order of name
   * @param examples likewise; empty: none
   */
  record Found(TaskSpec.Layout layout, List<Path> files, List<Path> examples) {}

  DatasetFolder(@Nullable Path root, @Nullable HubCache cache) {
    this(new DataFolders(root, cache));
  }

  private DatasetFolder(DataFolders folders) {
    this.folders = folders;
  }

  /**
   * The folder of a recipe.
   *
   * @param datasets {@code eval.datasets}; null: the folder {@code datasets} of Engram's home if
   *     there is one
   * @throws EngramException if it is named but doesn't exist
   */
  static DatasetFolder of(@Nullable String datasets) {
    return new DatasetFolder(DataFolders.of(datasets));
  }

  /**
   * The files of a part of a task.
   *
   * @param part empty: the task has no parts
   * @throws EngramException if they don't exist or can't be used
   */
  Found find(TaskSpec task, String part) {
    List<String> refused = new ArrayList<>();
    for (TaskSpec.Layout layout : task.data().layouts()) {
      for (Path base : folders.holding(task.data().folders(), task.data().hub())) {
        List<Path> files = matching(base, layout.files(), part);
        if (!files.isEmpty() && layout.refused() == null) {
          String examples = layout.examples();
          return new Found(
              layout, files, examples == null ? List.of() : matching(base, examples, part));
        }
        files.forEach(file -> refused.add(file + " can't be used: " + layout.refused()));
      }
    }
    throw missing(task, part, refused);
  }

  private static List<Path> matching(Path base, String pattern, String part) {
    return DataFolders.matching(base, pattern.replace("<part>", part));
  }

  private EngramException missing(TaskSpec task, String part, List<String> refused) {
    TaskSpec.Data data = task.data();
    String what = part.isEmpty() ? task.task() : task.task() + " (" + part + ")";
    if (data.hub().isEmpty()) {
      return EngramException.file(
          "harness: the task %s can't be measured: %s has no file %s"
              .formatted(
                  what,
                  data.folders().get(0),
                  String.join(", ", data.layouts().stream().map(TaskSpec.Layout::files).toList())));
    }
    String fetch =
        "engram fetch dataset:%s%s"
            .formatted(
                data.hub(),
                String.join(
                    "", data.fetch().stream().map(each -> " --file '" + each + "'").toList()));
    Path root = folders.root();
    String lies =
        root == null
            ? "Or name the folder that holds the data sets: eval.datasets=DIR (none is named, and"
                + " Engram's home has no folder datasets)."
            : "Or put its files into %s, as %s."
                .formatted(
                    root.resolve(data.folders().get(0)),
                    data.layouts().stream()
                        .filter(layout -> layout.refused() == null)
                        .map(layout -> layout.files().replace("<part>", part))
                        .toList());
    String why = refused.isEmpty() ? "its data set isn't here" : String.join("; ", refused);
    return EngramException.file(
        "harness: the task %s can't be measured: %s.%nFetch it: %s (%s, licence: %s).%n%s"
            .formatted(what, why, fetch, data.download(), data.licence(), lies));
  }
}
