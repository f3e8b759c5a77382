package io.engram.jinja;

import io.engram.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Filters on lists and maps, and those that give one of their items. */
final class ListFilters {
  static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("length", (value, a, run) -> Values.length(value, run)),
          Map.entry("count", (value, a, run) -> Values.length(value, run)),
          Map.entry("list", (value, a, run) -> copy(value, run)),
          Map.entry("first", ListFilters::first),
          Map.entry("last", ListFilters::last),
          Map.entry("join", ListFilters::join),
          Map.entry("reverse", ListFilters::reverse),
          Map.entry("sort", ListFilters::sort),
          Map.entry("unique", ListFilters::unique),
          Map.entry("min", (value, a, run) -> extreme(value, a, false, run)),
          Map.entry("max", (value, a, run) -> extreme(value, a, true, run)),
          Map.entry("sum", ListFilters::sum),
          Map.entry("items", ListFilters::items),
          Map.entry("dictsort", ListFilters::sortedEntries));

  private ListFilters() {}

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
      return Slices.slice(value, None.NONE, None.NONE, -1L, run);
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

  /** Order by an attribute or the items themselves, upper case as lower unless asked for. */
  private static Comparator<Object> order(Arguments.Bound given, Run run) {
    return (a, b) -> Comparison.compare(sortKey(a, given, run), sortKey(b, given, run), run);
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
      if (keys.stream().noneMatch(known -> Comparison.equal(known, key, run))) {
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
      total = Arithmetic.apply("+", total, part, run);
    }
    return total;
  }

  private static Object items(Object value, Arguments arguments, Run run) {
    if (value instanceof Undefined) {
      return List.of();
    }
    if (value instanceof Map<?, ?> map) {
      return CollectionMethods.entries(map, run);
    }
    throw new JinjaException("the filter items needs a map, not '" + Values.typeName(value) + "'");
  }

  private static Object sortedEntries(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
    String by = Text.of(given.or("by", "key"), run);
    if (!(value instanceof Map<?, ?> map) || !(by.equals("key") || by.equals("value"))) {
      throw new JinjaException("dictsort needs a map, and by=\"key\" or by=\"value\"");
    }
    List<Object> entries = CollectionMethods.entries(map, run);
    Comparator<Object> order =
        (a, b) -> {
          int place = by.equals("key") ? 0 : 1;
          return Comparison.compare(
              sortKey(((Tuple) a).items().get(place), given, run),
              sortKey(((Tuple) b).items().get(place), given, run),
              run);
        };
    entries.sort(given.flag("reverse") ? order.reversed() : order);
    return entries;
  }

  /** An item's attribute, {@code a.b} its attribute's; none: the item itself. */
  static Object part(Object item, Object attribute, Run run) {
    if (attribute == None.NONE) {
      return item;
    }
    Object part = item;
    for (String name : Text.of(attribute, run).split("\\.", -1)) {
      Object key = name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name;
      part = Attributes.item(part, key, run);
    }
    return part;
  }
}
