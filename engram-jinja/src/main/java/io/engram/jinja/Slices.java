package io.engram.jinja;

import java.util.ArrayList;
import java.util.List;

/** Parts of texts, lists and tuples: {@code value[start:stop:step]}. */
final class Slices {
  private Slices() {}

  /**
   * A part.
   *
   * @param start none: from the beginning, or from the end with a step below 0
   * @param stop none: to the other end
   * @param step none: 1
   */
  static Object slice(Object value, Object start, Object stop, Object step, Run run) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (!(value instanceof String || value instanceof List<?> || value instanceof Tuple)) {
      throw new JinjaException("'" + Values.typeName(value) + "' has no parts");
    }
    List<Object> items = Values.items(value, run);
    run.spendItems(items.size());
    List<Object> part = part(items, start, stop, step == None.NONE ? 1 : Values.whole(step));
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      part.forEach(text::append);
      return text.toString();
    }
    return value instanceof Tuple ? new Tuple(part) : part;
  }

  private static List<Object> part(List<Object> items, Object start, Object stop, long step) {
    if (step == 0) {
      throw new JinjaException("the step of a part can't be 0");
    }
    long size = items.size();
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? size : size - 1;
    long from = start == None.NONE ? (step > 0 ? low : high) : bound(start, size, low, high);
    long to = stop == None.NONE ? (step > 0 ? high : low) : bound(stop, size, low, high);
    List<Object> part = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      part.add(items.get((int) i));
      if (Math.abs(step) > size) {
        break;
      }
    }
    return part;
  }

  private static long bound(Object bound, long size, long low, long high) {
    long place = Values.whole(bound);
    return Math.max(low, Math.min(high, place < 0 ? place + size : place));
  }
}
