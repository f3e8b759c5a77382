package io.engram.core.settings;

import io.engram.core.EngramException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Collects all faults of a recipe, so that they can be reported at once. */
public final class Faults {
  private final Map<String, String> byPath = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();
  private final String where;
  private final Set<String> overridden;

  /**
   * Starts without faults.
   *
   * @param where the recipe's name in messages
   * @param overridden paths set on the command line; their faults say so
   */
  public Faults(String where, Set<String> overridden) {
    this.where = where;
    this.overridden = Set.copyOf(overridden);
  }

  /**
   * Adds a fault. Only the first fault of a path is kept, since later ones follow from it.
   *
   * @param text the rest of the message after the path
   */
  public void add(String path, String text) {
    String command = isOverridden(path) ? " (set on the command line)" : "";
    byPath.putIfAbsent(path, path + text + command);
  }

  /** Notes that an option from the command line is ignored, since the recipe's choice lacks it. */
  void leaveOut(String path, String text) {
    leftOut.put(path, path + text);
  }

  /** Messages about options from the command line that were ignored, by path. */
  public Map<String, String> leftOut() {
    return Collections.unmodifiableMap(leftOut);
  }

  /** Adds a fault unless the condition holds, or one of the keys already has a fault. */
  public void require(boolean holds, String path, String text, String... otherKeys) {
    if (!holds && Stream.concat(Stream.of(path), Stream.of(otherKeys)).noneMatch(this::about)) {
      add(path, text);
    }
  }

  /** Whether this key, or a section that contains it, has a fault. */
  public boolean about(String path) {
    return byPath.containsKey(path) || sections(path).anyMatch(byPath::containsKey);
  }

  /** Whether the command line set this key, or a section that contains it. */
  boolean isOverridden(String path) {
    return overridden.contains(path) || sections(path).anyMatch(overridden::contains);
  }

  /**
   * Fails if there are any faults.
   *
   * @throws EngramException of kind USAGE, with one line per fault
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
