package io.engram.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@code for} block.
 *
 * @param condition which items are gone through; null: all
 * @param otherwise carried out where there is none
 */
record Loop(
    List<String> targets,
    Expression over,
    @Nullable Expression condition,
    Block body,
    Block otherwise)
    implements Statement {
  /** {@code loop}, at one of its turns. */
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

  /** Gives a name a value, or several names the items of one. */
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
