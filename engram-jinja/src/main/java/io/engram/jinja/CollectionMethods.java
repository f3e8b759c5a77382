package io.engram.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of lists and maps that change nothing; those that do are refused. */
final class CollectionMethods {
  private static final Set<String> MAP_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private CollectionMethods() {}

  /** A map's method; null: it has none of this name. */
  static @Nullable Callable ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> (arguments, run) -> entries(map, run);
      case "keys" -> (arguments, run) -> new ArrayList<Object>(map.keySet());
      case "values" -> (arguments, run) -> new ArrayList<Object>(map.values());
      case "copy" -> (arguments, run) -> map;
      case "get" ->
          (arguments, run) -> {
            Arguments.Bound given = arguments.bind("get", "key", "default");
            Object item = map.get(Values.key(given.required("key")));
            return item == null ? given.or("default", None.NONE) : item;
          };
      default -> refused(name, MAP_CHANGES);
    };
  }

  /** A list's or tuple's method; null: it has none of this name. */
  static @Nullable Callable ofList(Object list, String name) {
    return switch (name) {
      case "index" ->
          (arguments, run) -> {
            Object sought = arguments.bind("index", "value").required("value");
            List<Object> items = Values.items(list, run);
            for (int i = 0; i < items.size(); i++) {
              if (Comparison.equal(items.get(i), sought, run)) {
                return (long) i;
              }
            }
            throw new JinjaException("the value is not in the list");
          };
      case "count" ->
          (arguments, run) -> {
            Object sought = arguments.bind("count", "value").required("value");
            return Values.items(list, run).stream()
                .filter(item -> Comparison.equal(item, sought, run))
                .count();
          };
      case "copy" -> (arguments, run) -> list;
      default -> refused(name, LIST_CHANGES);
    };
  }

  /** A map's entries as tuples. */
  static List<Object> entries(Map<?, ?> map, Run run) {
    run.spendItems(2L * map.size());
    List<Object> entries = new ArrayList<>();
    map.forEach((key, value) -> entries.add(new Tuple(List.of(key, value))));
    return entries;
  }

  private static @Nullable Callable refused(String name, Set<String> changes) {
    if (!changes.contains(name)) {
      return null;
    }
    return (arguments, run) -> {
      throw new JinjaException("'" + name + "' would change a value, which a template must not");
    };
  }
}
