package io.engram.jinja;

import io.engram.jinja.Run.Output;
import io.engram.jinja.Run.Scope;
import io.engram.jinja.Values.Callable;
import io.engram.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a parsed template. An expression has a value in a scope; a statement writes to an
 * output in a scope. Both are functions, which the parsers build directly: no tree is interpreted.
 */
final class Program {
  private Program() {}

  /** Has a value in a scope. */
  @FunctionalInterface
  interface Expression {
    Object evaluate(Scope scope);

    /** The same expression, counted as one step and one level of depth. */
    static Expression counted(Expression inner) {
      return scope -> {
        scope.run().enter();
        try {
          return inner.evaluate(scope);
        } finally {
          scope.run().leave();
        }
      };
    }
  }

  /** Runs in a scope and writes to an output. */
  @FunctionalInterface
  interface Statement {
    /** What comes after a statement. */
    enum Flow {
      NEXT,
      BREAK,
      CONTINUE
    }

    Flow run(Scope scope, Output out);
  }

  /**
   * Statements in sequence.
   *
   * @param lines where each begins, for messages
   */
  record Block(List<Statement> statements, List<Integer> lines) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      scope.run().enter();
      try {
        return each(scope, out);
      } finally {
        scope.run().leave();
      }
    }

    private Flow each(Scope scope, Output out) {
      for (int i = 0; i < statements.size(); i++) {
        try {
          scope.run().spend(1);
          Flow flow = statements.get(i).run(scope, out);
          if (flow != Flow.NEXT) {
            return flow;
          }
        } catch (JinjaException e) {
          throw e.at(lines.get(i));
        }
      }
      return Flow.NEXT;
    }

    /** What the block writes, run in its own scope. */
    String text(Scope scope) {
      Output out = new Output(scope.run());
      run(new Scope(scope), out);
      return out.text();
    }
  }

  /**
   * A {@code for} block.
   *
   * @param condition which items the loop visits; null for all
   * @param otherwise runs if there are no items
   */
  record Loop(
      List<String> targets,
      Expression over,
      @Nullable Expression condition,
      Block body,
      Block otherwise)
      implements Statement {
    /** The variable {@code loop} in one iteration. */
    record Turn(List<Object> items, int index) {
      Object attribute(String name) {
        int size = items.size();
        return switch (name) {
          case "index" -> (long) index + 1;
          case "index0" -> (long) index;
          case "revindex" -> (long) size - index;
          case "revindex0" -> (long) size - index - 1;
          case "first" -> index == 0;
          case "last" -> index == size - 1;
          case "length" -> (long) size;
          case "depth" -> 1L;
          case "depth0" -> 0L;
          case "previtem" -> index == 0 ? missing(name) : items.get(index - 1);
          case "nextitem" -> index == size - 1 ? missing(name) : items.get(index + 1);
          case "cycle" -> (Callable) this::cycle;
          default -> missing(name);
        };
      }

      private static Undefined missing(String name) {
        return new Undefined("loop has no " + name + " here");
      }

      private Object cycle(Arguments arguments, Run run) {
        if (arguments.positional().isEmpty()) {
          throw new JinjaException("loop.cycle needs values to go through");
        }
        return arguments.positional().get(index % arguments.positional().size());
      }
    }

    @Override
    public Flow run(Scope scope, Output out) {
      List<Object> items = chosen(scope);
      for (int i = 0; i < items.size(); i++) {
        scope.run().spend(1);
        Scope inner = new Scope(scope);
        inner.set("loop", new Turn(items, i));
        assign(inner, targets, items.get(i));
        if (body.run(inner, out) == Flow.BREAK) {
          break;
        }
      }
      return items.isEmpty() ? otherwise.run(new Scope(scope), out) : Flow.NEXT;
    }

    private List<Object> chosen(Scope scope) {
      List<Object> all = Values.items(over.evaluate(scope), scope.run());
      if (condition == null) {
        return all;
      }
      List<Object> chosen = new ArrayList<>();
      for (Object item : all) {
        Scope inner = new Scope(scope);
        assign(inner, targets, item);
        if (Values.truth(condition.evaluate(inner))) {
          chosen.add(item);
        }
      }
      return chosen;
    }

    /** Assigns a value to one name, or its items to several. */
    static void assign(Scope scope, List<String> names, Object value) {
      if (names.size() == 1) {
        scope.set(names.get(0), value);
        return;
      }
      List<Object> items = Values.items(value, scope.run());
      if (items.size() != names.size()) {
        throw new JinjaException(
            "there are " + names.size() + " names for " + items.size() + " values");
      }
      for (int i = 0; i < names.size(); i++) {
        scope.set(names.get(i), items.get(i));
      }
    }
  }

  /**
   * A macro. A call returns the text of its body.
   *
   * @param scope where the macro is defined; its body sees the names there
   */
  record Macro(Signature signature, Block body, Scope scope) implements Callable {
    /**
     * A macro's head.
     *
     * @param defaults of the parameters that have one
     */
    record Signature(String name, List<String> parameters, Map<String, Expression> defaults) {}

    @Override
    public Object call(Arguments arguments, Run run) {
      List<String> parameters = signature.parameters();
      Arguments.Bound given =
          arguments.bind("macro '" + signature.name() + "'", parameters.toArray(String[]::new));
      Scope inner = new Scope(scope);
      for (String parameter : parameters) {
        Object value = given.get(parameter);
        Expression otherwise = signature.defaults().get(parameter);
        if (value != null) {
          inner.set(parameter, value);
        } else if (otherwise != null) {
          inner.set(parameter, otherwise.evaluate(inner));
        } else {
          inner.set(parameter, new Undefined("parameter '" + parameter + "' was not provided"));
        }
      }
      Output out = new Output(run);
      body.run(inner, out);
      return out.text();
    }
  }
}
