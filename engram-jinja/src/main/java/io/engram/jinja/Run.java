package io.engram.jinja;

import io.engram.jinja.Values.Undefined;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits one rendering: a budget for steps and characters together, and a depth. Each evaluation
 * costs one, each new string its length, each new list several times its length. So neither time
 * nor memory grows without bound: the budget is worth at most about a second and 200 MB.
 */
final class Run {
  /** A conversation of 100,000 characters takes about a million. */
  private static final long BUDGET = 20_000_000;

  private static final int DEPTH = 400;

  /** The cost of a list item, in characters. */
  private static final int ITEM = 12;

  private long left = BUDGET;
  private int depth;

  /**
   * Pays for work before it is done.
   *
   * @throws JinjaException if too little is left
   */
  void spend(long cost) {
    if (cost < 0 || cost > left) {
      throw new JinjaException(
          "the template takes more steps or memory than any chat needs; does it loop for ever?");
    }
    left -= cost;
  }

  /** Pays for a list or map with this many items. */
  void spendItems(long count) {
    spend(count > BUDGET ? Long.MAX_VALUE : ITEM * (count + 1));
  }

  /** Pays for searching one string in another: up to the product of their lengths. */
  void spendSearch(String within, String sought) {
    spend(within.length() + (long) within.length() * sought.length() / 16);
  }

  /** Begins an evaluation within another. */
  void enter() {
    spend(1);
    if (++depth > DEPTH) {
      throw new JinjaException("the template is nested too deeply, or calls itself for ever");
    }
  }

  /** Ends it. */
  void leave() {
    depth--;
  }

  /** Names and values. Each iteration, macro call and block has its own scope. */
  static final class Scope {
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

    /** The value of a name in the innermost scope that has it. */
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

  /** Collects the text that is written. */
  static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Run run;

    Output(Run run) {
      this.run = run;
    }

    void write(String more) {
      run.spend(more.length());
      text.append(more);
    }

    String text() {
      return text.toString();
    }
  }
}
