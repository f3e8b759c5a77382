package io.engram.jinja;

import io.engram.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Filters that choose items, or put something in another's place. */
final class ChoiceFilters {
  static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("default", ChoiceFilters::otherwise),
          Map.entry("d", ChoiceFilters::otherwise),
          Map.entry("attr", ChoiceFilters::attribute),
          Map.entry("map", ChoiceFilters::map),
          Map.entry("select", (value, a, run) -> choose(value, a, false, true, run)),
          Map.entry("reject", (value, a, run) -> choose(value, a, false, false, run)),
          Map.entry("selectattr", (value, a, run) -> choose(value, a, true, true, run)),
          Map.entry("rejectattr", (value, a, run) -> choose(value, a, true, false, run)));

  private ChoiceFilters() {}

  private static Object otherwise(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("default", "default_value", "boolean");
    boolean missing = value instanceof Undefined || (given.flag("boolean") && !Values.truth(value));
    return missing ? given.or("default_value", "") : value;
  }

  private static Object attribute(Object value, Arguments arguments, Run run) {
    String name = Text.of(arguments.bind("attr", "name").required("name"), run);
    Object found = value instanceof Map<?, ?> ? null : Attributes.attribute(value, name, run);
    return found == null ? new Undefined("there is no attribute '" + name + "'") : found;
  }

  private static Object map(Object value, Arguments arguments, Run run) {
    List<Object> mapped = new ArrayList<>();
    boolean byAttribute = arguments.named().containsKey("attribute");
    Arguments.Bound given =
        byAttribute ? arguments.bind("map", "attribute", "default") : new Arguments.Bound(Map.of());
    for (Object item : itemsOrNone(value, run)) {
      run.spend(1);
      if (byAttribute) {
        Object part = ListFilters.part(item, given.required("attribute"), run);
        mapped.add(part instanceof Undefined ? given.or("default", part) : part);
      } else {
        mapped.add(Filters.named(first(arguments)).apply(item, arguments.from(1), run));
      }
    }
    return mapped;
  }

  /** What is false, such as none, has no items here. */
  private static List<Object> itemsOrNone(Object value, Run run) {
    return Values.truth(value) ? Values.items(value, run) : List.of();
  }

  private static String first(Arguments arguments) {
    if (!arguments.positional().isEmpty() && arguments.positional().get(0) instanceof String name) {
      return name;
    }
    throw new JinjaException("map needs a filter's name or attribute=…");
  }

  /**
   * The items, or those whose attribute, for which a test holds; without one, those that are true.
   */
  private static Object choose(
      Object value, Arguments arguments, boolean byAttribute, boolean holding, Run run) {
    int before = byAttribute ? 1 : 0;
    List<Object> given = arguments.positional();
    if (given.size() < before) {
      throw new JinjaException("selectattr and rejectattr need an attribute's name");
    }
    Object attribute = byAttribute ? given.get(0) : None.NONE;
    String test = given.size() > before ? Text.of(given.get(before), run) : "";
    Arguments rest = arguments.from(Math.min(given.size(), before + 1));
    List<Object> chosen = new ArrayList<>();
    for (Object item : itemsOrNone(value, run)) {
      run.spend(1);
      Object part = ListFilters.part(item, attribute, run);
      boolean holds =
          test.isEmpty() ? Values.truth(part) : Tests.named(test).holds(part, rest, run);
      if (holds == holding) {
        chosen.add(item);
      }
    }
    return chosen;
  }
}
