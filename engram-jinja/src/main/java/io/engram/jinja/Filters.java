package io.engram.jinja;

import io.engram.jinja.Run.Output;
import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks filters up by name. Filters on lists and maps, and those that choose or replace values, are
 * here; those that give strings and numbers are in {@link TextFilters}.
 */
final class Filters {
  /** A filter, which follows a bar. */
  @FunctionalInterface
  interface Filter {
    Object apply(Object value, Arguments arguments, Run run);
  }

  private static final Map<String, Filter> ALL = new HashMap<>();

  static {
    ALL.putAll(TextFilters.ALL);
    ALL.put("length", (value, a, run) -> Values.length(value, run));
    ALL.put("count", (value, a, run) -> Values.length(value, run));
    ALL.put("list", (value, a, run) -> copy(value, run));
    ALL.put("first", Filters::first);
    ALL.put("last", Filters::last);
    ALL.put("join", Filters::join);
    ALL.put("reverse", Filters::reverse);
    ALL.put("sort", Filters::sort);
    ALL.put("unique", Filters::unique);
    ALL.put("min", (value, a, run) -> extreme(value, a, false, run));
    ALL.put("max", (value, a, run) -> extreme(value, a, true, run));
    ALL.put("sum", Filters::sum);
    ALL.put("items", Filters::items);
    ALL.put("dictsort", Filters::sortedEntries);
    ALL.put("default", Filters::otherwise);
    ALL.put("d", Filters::otherwise);
    ALL.put("attr", Filters::attribute);
    ALL.put("map", Filters::map);
    ALL.put("select", (value, a, run) -> choose(value, a, false, true, run));
    ALL.put("reject", (value, a, run) -> choose(value, a, false, false, run));
    ALL.put("selectattr", (value, a, run) -> choose(value, a, true, true, run));
    ALL.put("rejectattr", (value, a, run) -> choose(value, a, true, false, run));
  }

  private Filters() {}

  /**
   * A filter.
   *
   * @throws JinjaException if there is none of this name
   */
  static Filter named(String name) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new JinjaException("the filter '" + name + "' is not supported");
    }
    return filter;
  }

  private static Object otherwise(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("default", "default_value", "boolean");
    boolean missing = value instanceof Undefined || (given.flag("boolean") && !Values.truth(value));
    return missing ? given.or("default_value", "") : value;
  }

  private static Object attribute(Object value, Arguments arguments, Run run) {
    String name = Text.of(arguments.bind("attr", "name").required("name"), run);
    Object found = value instanceof Map<?, ?> ? null : Members.attribute(value, name, run);
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
        Object part = part(item, given.required("attribute"), run);
        mapped.add(part instanceof Undefined ? given.or("default", part) : part);
      } else {
        mapped.add(named(first(arguments)).apply(item, arguments.from(1), run));
      }
    }
    return mapped;
  }

  /** No items for a false value, such as none. */
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
   * Keeps the items that pass a test, or whose attribute does; without a test, those that are true.
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
      Object part = part(item, attribute, run);
      boolean holds =
          test.isEmpty() ? Values.truth(part) : Tests.named(test).holds(part, rest, run);
      if (holds == holding) {
        chosen.add(item);
      }
    }
    return chosen;
  }

  private static List<Object> copy(Object value, Run run) {
    List<Object> items = Values.items(value, run);
    run.spendItems(items.size());
    return new ArrayList<>(items);
  }

  private static Object first(Object value, Arguments arguments, Run run) {
    List<Object> items = Values.items(value, run);
    return items.isEmpty() ? new Undefined("there is no first item") : items.get(0);
  }

  private static Object last(Object value, Arguments arguments, Run run) {
    List<Object> items = Values.items(value, run);
    return items.isEmpty() ? new Undefined("there is no last item") : items.get(items.size() - 1);
  }

  private static Object join(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("join", "d", "attribute");
    String between = Text.of(given.or("d", ""), run);
    Object attribute = given.or("attribute", None.NONE);
    Output out = new Output(run);
    String before = "";
    for (Object item : Values.items(value, run)) {
      out.write(before);
      out.write(Text.of(part(item, attribute, run), run));
      before = between;
    }
    return out.text();
  }

  private static Object reverse(Object value, Arguments arguments, Run run) {
    if (value instanceof String) {
      return Operators.slice(value, None.NONE, None.NONE, -1L, run);
    }
    List<Object> items = copy(value, run);
    Collections.reverse(items);
    return items;
  }

  private static Object sort(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
    List<Object> items = copy(value, run);
    Comparator<Object> order = order(given, run);
    items.sort(given.flag("reverse") ? order.reversed() : order);
    return items;
  }

  /** Orders items, or one attribute of them; ignores case unless {@code case_sensitive} is set. */
  private static Comparator<Object> order(Arguments.Bound given, Run run) {
    return (a, b) -> Operators.compare(sortKey(a, given, run), sortKey(b, given, run), run);
  }

  private static Object sortKey(Object item, Arguments.Bound given, Run run) {
    Object part = part(item, given.or("attribute", None.NONE), run);
    if (part instanceof String text && !given.flag("case_sensitive")) {
      run.spend(text.length());
      return Strings.lower(text);
    }
    return part;
  }

  private static Object unique(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("unique", "case_sensitive", "attribute");
    List<Object> keys = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    for (Object item : Values.items(value, run)) {
      Object key = sortKey(item, given, run);
      if (keys.stream().noneMatch(known -> Operators.equal(known, key, run))) {
        keys.add(key);
        kept.add(item);
      }
    }
    return kept;
  }

  private static Object extreme(Object value, Arguments arguments, boolean most, Run run) {
    Arguments.Bound given = arguments.bind("min or max", "case_sensitive", "attribute");
    Comparator<Object> order = order(given, run);
    Object best = new Undefined("there is no item");
    boolean found = false;
    for (Object item : Values.items(value, run)) {
      int compared = found ? order.compare(item, best) : 0;
      if (!found || (most ? compared > 0 : compared < 0)) {
        best = item;
      }
      found = true;
    }
    return best;
  }

  private static Object sum(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("sum", "attribute", "start");
    Object total = given.or("start", 0L);
    for (Object item : Values.items(value, run)) {
      Object part = part(item, given.or("attribute", None.NONE), run);
      total = Operators.apply("+", total, part, run);
    }
    return total;
  }

  private static Object items(Object value, Arguments arguments, Run run) {
    if (value instanceof Undefined) {
      return List.of();
    }
    if (value instanceof Map<?, ?> map) {
      return Members.entries(map, run);
    }
    throw new JinjaException("the filter items needs a map, not '" + Values.typeName(value) + "'");
  }

  private static Object sortedEntries(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
    String by = Text.of(given.or("by", "key"), run);
    if (!(value instanceof Map<?, ?> map) || !(by.equals("key") || by.equals("value"))) {
      throw new JinjaException("dictsort needs a map, and by=\"key\" or by=\"value\"");
    }
    List<Object> entries = Members.entries(map, run);
    Comparator<Object> order =
        (a, b) -> {
          int place = by.equals("key") ? 0 : 1;
          return Operators.compare(
              sortKey(((Tuple) a).items().get(place), given, run),
              sortKey(((Tuple) b).items().get(place), given, run),
              run);
        };
    entries.sort(given.flag("reverse") ? order.reversed() : order);
    return entries;
  }

  /** An item's attribute, which may be nested as in {@code a.b}; the item itself for none. */
  static Object part(Object item, Object attribute, Run run) {
    if (attribute == None.NONE) {
      return item;
    }
    Object part = item;
    for (String name : Text.of(attribute, run).split("\\.", -1)) {
      Object key = name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name;
      part = Members.item(part, key, run);
    }
    return part;
  }
}
