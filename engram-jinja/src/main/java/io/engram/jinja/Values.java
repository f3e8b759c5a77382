package io.engram.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Python's values in Java: string {@code String}, integer {@code Long}, {@code Double}, {@code
 * Boolean}, {@link None}, {@link Undefined}, {@code List}, {@link Tuple}, {@code Map}, {@link
 * Namespace}, {@link Callable}.
 */
final class Values {
  private Values() {}

  /** Copies a value from outside. */
  static Object of(@Nullable Object given, Run run) {
    run.enter();
    try {
      return copied(given, run);
    } finally {
      run.leave();
    }
  }

  private static Object copied(@Nullable Object given, Run run) {
    if (given == null) {
      return None.NONE;
    }
    if (given instanceof String || given instanceof Boolean) {
      return given;
    }
    if (given instanceof Integer || given instanceof Long) {
      return ((Number) given).longValue();
    }
    if (given instanceof Float || given instanceof Double) {
      return ((Number) given).doubleValue();
    }
    if (given instanceof List<?> list) {
      List<Object> items = new ArrayList<>(list.size());
      list.forEach(item -> items.add(of(item, run)));
      return items;
    }
    if (given instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(of(key, run), of(value, run)));
      return copy;
    }
    throw new IllegalArgumentException("no value of a template: " + given.getClass());
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    if (value instanceof Tuple tuple) {
      return !tuple.items().isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    return !(value instanceof None || value instanceof Undefined);
  }

  /** What a loop visits: items, a map's keys, a string's characters. */
  @SuppressWarnings("unchecked")
  static List<Object> items(Object value, Run run) {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof Map<?, ?> map) {
      run.spendItems(map.size());
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      run.spendItems(text.length());
      List<Object> characters = new ArrayList<>();
      text.codePoints().forEach(c -> characters.add(Character.toString(c)));
      return characters;
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new JinjaException("'" + typeName(value) + "' can't be looped over: it has no items");
  }

  /** Whether a value is a list or a map. */
  static boolean hasItems(Object value) {
    return value instanceof List<?> || value instanceof Map<?, ?>;
  }

  /** The number of items or characters. */
  static long length(Object value, Run run) {
    if (value instanceof String text) {
      run.spend(text.length());
      return text.codePointCount(0, text.length());
    }
    return value instanceof Map<?, ?> map ? map.size() : items(value, run).size();
  }

  /** An integer, or a boolean as one. */
  static long whole(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    if (value instanceof Long number) {
      return number;
    }
    throw new JinjaException("a whole number is needed, not " + typeName(value));
  }

  /** A value as a map's key. */
  static Object key(Object value) {
    if (value instanceof String
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean
        || value instanceof None) {
      return value;
    }
    throw new JinjaException("'" + typeName(value) + "' can't be a key");
  }

  /** Python's name of a value's type, for messages. */
  static String typeName(Object value) {
    if (value instanceof Undefined) {
      return "undefined";
    }
    if (value instanceof None) {
      return "None";
    }
    if (value instanceof String) {
      return "str";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof Long) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof Map<?, ?>) {
      return "dict";
    }
    return value instanceof List<?>
        ? "list"
        : value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  /** {@code none}. */
  enum None {
    NONE
  }

  /**
   * The value of a missing name, attribute or item. It is false, empty and written as nothing; any
   * other use is an error.
   *
   * @param message what is undefined
   */
  record Undefined(String message) {
    JinjaException fault() {
      return new JinjaException(message);
    }
  }

  /** A Python tuple. */
  record Tuple(List<Object> items) {}

  /** {@code namespace(…)}: attributes that can be set from within loops. */
  static final class Namespace {
    private final Map<String, Object> attributes = new TreeMap<>();

    /**
     * The value of a name as a namespace.
     *
     * @throws JinjaException if it's something else
     */
    static Namespace of(Object value, String name) {
      if (value instanceof Namespace space) {
        return space;
      }
      throw new JinjaException(
          "'" + name + "' is not a namespace; attributes can be set on namespaces only");
    }

    Object get(String name) {
      Object value = attributes.get(name);
      return value == null ? new Undefined("the namespace has no attribute '" + name + "'") : value;
    }

    void set(String name, Object value) {
      if (name.startsWith("_")) {
        throw new JinjaException("a namespace's attribute can't begin with _: '" + name + "'");
      }
      attributes.put(name, value);
    }
  }

  /** A function, method or macro. */
  @FunctionalInterface
  interface Callable {
    Object call(Arguments arguments, Run run);
  }
}
