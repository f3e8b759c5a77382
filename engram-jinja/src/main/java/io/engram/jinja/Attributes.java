package io.engram.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code value.name}, {@code value[item]} and calls. */
final class Attributes {
  private Attributes() {}

  /** A value's own attribute or method, else its item of that name. */
  static Object attribute(Object base, String name, Run run) {
    Object own = own(base, name);
    if (own != null) {
      return own;
    }
    Object item = base instanceof Map<?, ?> map ? map.get(name) : null;
    return item == null ? missing(base, name) : item;
  }

  /** A value's item, else its attribute of that name. */
  static Object item(Object base, Object key, Run run) {
    if (base instanceof Map<?, ?> map) {
      Object item = map.get(Values.key(key));
      if (item != null) {
        return item;
      }
    }
    if (key instanceof Long index && (base instanceof List<?> || base instanceof Tuple)) {
      List<Object> items = Values.items(base, run);
      long place = index < 0 ? index + items.size() : index;
      return place >= 0 && place < items.size() ? items.get((int) place) : missing(base, key);
    }
    if (key instanceof Long index && base instanceof String text) {
      run.spend(text.length());
      int size = text.codePointCount(0, text.length());
      long place = index < 0 ? index + size : index;
      return place >= 0 && place < size
          ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) place)))
          : missing(base, key);
    }
    Object own = key instanceof String name ? own(base, name) : null;
    return own == null ? missing(base, key) : own;
  }

  private static @Nullable Object own(Object base, String name) {
    if (base instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (base instanceof Namespace space) {
      return space.get(name);
    }
    if (base instanceof Loop.Turn turn) {
      return turn.attribute(name);
    }
    if (base instanceof String text) {
      return StringMethods.of(text, name);
    }
    if (base instanceof Map<?, ?> map) {
      return CollectionMethods.ofMap(map, name);
    }
    return base instanceof List<?> || base instanceof Tuple
        ? CollectionMethods.ofList(base, name)
        : null;
  }

  private static Undefined missing(Object base, Object key) {
    return new Undefined(
        "'"
            + Values.typeName(base)
            + "' has no "
            + (key instanceof String ? "attribute '" + key + "'" : "item " + key));
  }

  /**
   * A value that can be called.
   *
   * @throws JinjaException if it can't
   */
  static Callable callable(Object value) {
    if (value instanceof Callable callable) {
      return callable;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new JinjaException("'" + Values.typeName(value) + "' can't be called");
  }
}
