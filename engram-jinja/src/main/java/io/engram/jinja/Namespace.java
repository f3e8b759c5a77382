package io.engram.jinja;

import java.util.Map;
import java.util.TreeMap;

/** {@code namespace(…)}: attributes that can be set from within loops. */
final class Namespace {
  private final Map<String, Object> attributes = new TreeMap<>();

  /**
   * What a template calls {@code name}, as a namespace.
   *
   * @throws JinjaException if it's something else
   */
  static Namespace of(Object value, String name) {
    if (value instanceof Namespace space) {
      return space;
    }
    throw new JinjaException(
        "'" + name + "' is no namespace; attributes can be set on namespaces only");
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
