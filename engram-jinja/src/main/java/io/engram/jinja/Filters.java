package io.engram.jinja;

import java.util.HashMap;
import java.util.Map;

/** The filters by their names. */
final class Filters {
  /** What stands after a bar. */
  @FunctionalInterface
  interface Filter {
    Object apply(Object value, Arguments arguments, Run run);
  }

  private static final Map<String, Filter> ALL = new HashMap<>();

  static {
    ALL.putAll(TextFilters.ALL);
    ALL.putAll(ListFilters.ALL);
    ALL.putAll(ChoiceFilters.ALL);
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
}
