package io.engram.core.recipe;

import io.engram.core.EngramException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All that is wrong with a recipe, gathered before anything is said. */
final class Faults {
  private final Map<String, String> byPath = new LinkedHashMap<>();
  private final String where;
  private final Set<String> overridden;

  /**
   * @param where what the recipe is called
   * @param overridden paths set on the command line, which are said to be
   */
  Faults(String where, Set<String> overridden) {
    this.where = where;
    this.overridden = overridden;
  }

  /** The first fault of a path is kept; what follows from it isn't told. */
  void add(String path, String text) {
    boolean command =
        overridden.stream().anyMatch(set -> path.equals(set) || path.startsWith(set + "."));
    byPath.putIfAbsent(path, path + text + (command ? " (set on the command line)" : ""));
  }

  /** Whether something is wrong with this key or a section it lies in. */
  boolean about(String path) {
    return byPath.containsKey(path) || RecipeKeys.sections(path).anyMatch(byPath::containsKey);
  }

  void throwIfAny() {
    if (!byPath.isEmpty()) {
      String count = byPath.size() == 1 ? "a fault" : byPath.size() + " faults";
      throw EngramException.usage(
          byPath.values().stream()
              .collect(Collectors.joining("\n  ", where + " has " + count + ":\n  ", "")));
    }
  }
}
