package io.engram.core.recipe;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every key with what it may be, its default (as YAML; {@code null}: none), its unit and its
 * reason. The one place that knows them: reading, checking, defaults and {@code engram recipe
 * explain} all go by it.
 */
final class KeyTable {
  /** A row. */
  record Entry(String path, Allowed allowed, String defaultYaml, String unit, String reason) {}

  /** In the order of a resolved recipe. */
  static final List<Entry> ENTRIES =
      Stream.of(
              DataKeys.ENTRIES,
              MethodKeys.ENTRIES,
              OrderKeys.ENTRIES,
              TrainingKeys.ENTRIES,
              EvalKeys.ENTRIES)
          .flatMap(Collection::stream)
          .toList();

  private KeyTable() {}
}
