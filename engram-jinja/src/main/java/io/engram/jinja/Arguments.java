package io.engram.jinja;

import io.engram.jinja.Program.Expression;
import io.engram.jinja.Run.Scope;
import io.engram.jinja.Values.None;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The arguments of a function, filter or test. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  /** Arguments as the template writes them, not yet evaluated. */
  record Parsed(List<Expression> positional, Map<String, Expression> named) {
    static final Parsed EMPTY = new Parsed(List.of(), Map.of());

    static Parsed of(Expression only) {
      return new Parsed(List.of(only), Map.of());
    }

    Arguments evaluate(Scope scope) {
      Map<String, Object> values = new LinkedHashMap<>();
      named.forEach((name, value) -> values.put(name, value.evaluate(scope)));
      return new Arguments(PrimaryParser.values(positional, scope), values);
    }
  }

  /** Arguments by parameter name. */
  record Bound(Map<String, Object> values) {
    @Nullable Object get(String name) {
      return values.get(name);
    }

    Object or(String name, Object otherwise) {
      Object value = values.get(name);
      return value == null ? otherwise : value;
    }

    /** A required argument. */
    Object required(String name) {
      Object value = values.get(name);
      if (value == null) {
        throw new JinjaException("the argument '" + name + "' is missing");
      }
      return value;
    }

    /** A string argument; null if it is missing or none. */
    @Nullable String text(String name) {
      Object value = values.get(name);
      if (value == null || value == None.NONE) {
        return null;
      }
      if (value instanceof String text) {
        return text;
      }
      throw new JinjaException(
          "the argument '" + name + "' must be a text, not " + Values.typeName(value));
    }

    boolean flag(String name) {
      Object value = values.get(name);
      return value != null && Values.truth(value);
    }

    /** An integer argument; none counts as missing. */
    long whole(String name, long otherwise) {
      Object value = values.get(name);
      return value == null || value == None.NONE ? otherwise : Values.whole(value);
    }
  }

  /**
   * Matches arguments to parameters.
   *
   * @param what the function, for messages
   * @throws JinjaException if there are too many or unknown ones
   */
  Bound bind(String what, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new JinjaException(
          what + " takes " + parameters.length + " argument(s), not " + positional.size());
    }
    Map<String, Object> values = new HashMap<>(named);
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters[i], positional.get(i));
    }
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(List.of(parameters));
    if (!unknown.isEmpty()) {
      throw new JinjaException(what + " has no argument '" + unknown.iterator().next() + "'");
    }
    return new Bound(values);
  }

  /** The same without the first positional arguments. */
  Arguments from(int first) {
    return new Arguments(new ArrayList<>(positional.subList(first, positional.size())), named);
  }
}
