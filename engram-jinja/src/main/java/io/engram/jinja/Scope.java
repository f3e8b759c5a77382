package io.engram.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and their values. A loop's turn, a macro's call and a block have scopes of their own. */
final class Scope {
  private final @Nullable Scope parent;
  private final Map<String, Object> names;
  private final Run run;

  Scope(Map<String, Object> names, Run run) {
    this.parent = null;
    this.names = names;
    this.run = run;
  }

  /** An empty scope within another. */
  Scope(Scope parent) {
    this.parent = parent;
    this.names = new HashMap<>();
    this.run = parent.run;
  }

  /** The value of a name, the innermost first. */
  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.parent) {
      Object value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return new Undefined("'" + name + "' is undefined");
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  Run run() {
    return run;
  }
}
