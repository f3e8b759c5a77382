package io.engram.core.settings;

import io.engram.core.EngramException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that is wrong with a recipe, gathered before anything is said. */
public final class Faults {
  private final Map<String, String> byPath = new LinkedHashMap<>();
  private final String where;
  private final Set<String> overridden;

  /**
   * For a recipe.
   *
   * @param where what it is called in messages
   * @param overridden paths set on the command line, which their faults mention
   */
  public Faults(String where, Set<String> overridden) {
    this.where = where;
    this.overridden = Set.copyOf(overridden);
  }

  /**
   * Adds a fault. Only the first of a path is kept: later ones follow from it.
   *
   * @param text what follows the path in the message
   */
  public void add(String path, String text) {
    String command = isOverridden(path) ? " (set on the command line)" : "";
    byPath.putIfAbsent(path, path + text + command);
  }

  /** Adds a fault unless it holds, or one of the keys has a fault of its own. */
  public void require(boolean holds, String path, String text, String... otherKeys) {
    if (!holds && Stream.concat(Stream.of(path), Stream.of(otherKeys)).noneMatch(this::about)) {
      add(path, text);
    }
  }

  /** Whether something is wrong with this key or a section it lies in. */
  public boolean about(String path) {
    return byPath.containsKey(path) || sections(path).anyMatch(byPath::containsKey);
  }

  /** Whether the command line set this key, or a section it lies in. */
  boolean isOverridden(String path) {
    return overridden.contains(path) || sections(path).anyMatch(overridden::contains);
  }

  /**
   * Ends the reading of a recipe with faults.
   *
   * @throws EngramException of kind USAGE, a line a fault
   */
  public void throwIfAny() {
    if (!byPath.isEmpty()) {
      String count = byPath.size() == 1 ? "a fault" : byPath.size() + " faults";
      throw EngramException.usage(
          byPath.values().stream()
              .collect(Collectors.joining("\n  ", where + " has " + count + ":\n  ", "")));
    }
  }

  /** {@code order.estimator} and {@code order} of {@code order.estimator.sigma}. */
  static Stream<String> sections(String path) {
    return Stream.iterate(
            path.lastIndexOf('.'), dot -> dot > 0, dot -> path.lastIndexOf('.', dot - 1))
        .map(dot -> path.substring(0, dot));
  }
}
