package io.engram.jinja;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Equality, order and membership. */
final class Comparison {
  private Comparison() {}

  /** Whether {@code left operator right} holds: eq, ne, lt, le, gt, ge, in or not in. */
  static boolean holds(String operator, Object left, Object right, Run run) {
    return switch (operator) {
      case "eq" -> equal(left, right, run);
      case "ne" -> !equal(left, right, run);
      case "lt" -> compare(left, right, run) < 0;
      case "le" -> compare(left, right, run) <= 0;
      case "gt" -> compare(left, right, run) > 0;
      case "ge" -> compare(left, right, run) >= 0;
      case "in" -> contains(right, left, run);
      default -> !contains(right, left, run);
    };
  }

  static boolean equal(Object left, Object right, Run run) {
    run.enter();
    try {
      return equalParts(left, right, run);
    } finally {
      run.leave();
    }
  }

  private static boolean equalParts(Object left, Object right, Run run) {
    if (isNumber(left) && isNumber(right)) {
      return numbers(left, right) == 0;
    }
    if (left instanceof String a && right instanceof String b) {
      run.spend(Math.min(a.length(), b.length()));
      return a.equals(b);
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return equalItems(a, b, run);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return equalItems(a.items(), b.items(), run);
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      boolean equal = a.size() == b.size();
      for (Map.Entry<?, ?> entry : a.entrySet()) {
        Object other = equal ? b.get(entry.getKey()) : null;
        equal = equal && other != null && equal(entry.getValue(), other, run);
      }
      return equal;
    }
    return left == right || (left instanceof Undefined && right instanceof Undefined);
  }

  private static boolean equalItems(List<?> left, List<?> right, Run run) {
    boolean equal = left.size() == right.size();
    for (int i = 0; equal && i < left.size(); i++) {
      equal = equal(left.get(i), right.get(i), run);
    }
    return equal;
  }

  /**
   * Order of numbers, of texts by code points, and of lists item by item.
   *
   * @throws JinjaException if the two have none
   */
  static int compare(Object left, Object right, Run run) {
    run.enter();
    try {
      return compareParts(left, right, run);
    } finally {
      run.leave();
    }
  }

  private static int compareParts(Object left, Object right, Run run) {
    if (isNumber(left) && isNumber(right)) {
      return numbers(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      run.spend(Math.min(a.length(), b.length()));
      int[] first = a.codePoints().toArray();
      int[] second = b.codePoints().toArray();
      return Arrays.compare(first, second);
    }
    if ((left instanceof List<?> && right instanceof List<?>)
        || (left instanceof Tuple && right instanceof Tuple)) {
      List<Object> a = Values.items(left, run);
      List<Object> b = Values.items(right, run);
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        if (!equal(a.get(i), b.get(i), run)) {
          return compare(a.get(i), b.get(i), run);
        }
      }
      return Integer.compare(a.size(), b.size());
    }
    if (left instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new JinjaException(
        "'" + Values.typeName(left) + "' and '" + Values.typeName(right) + "' have no order");
  }

  private static boolean contains(Object container, Object value, Run run) {
    if (container instanceof String text) {
      if (!(value instanceof String part)) {
        throw new JinjaException(
            "only a text can be in a text, not '" + Values.typeName(value) + "'");
      }
      run.spendSearch(text, part);
      return text.contains(part);
    }
    if (container instanceof Map<?, ?> map) {
      boolean never = value instanceof Undefined || value instanceof Tuple;
      return !never && map.containsKey(Values.key(value));
    }
    for (Object item : Values.items(container, run)) {
      if (equal(item, value, run)) {
        return true;
      }
    }
    return false;
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  private static int numbers(Object left, Object right) {
    if (!(left instanceof Double) && !(right instanceof Double)) {
      return Long.compare(Values.whole(left), Values.whole(right));
    }
    double a = Arithmetic.real(left);
    double b = Arithmetic.real(right);
    if (Double.isFinite(a) && Double.isFinite(b)) {
      return exact(left).compareTo(exact(right));
    }
    return a == b ? 0 : a < b ? -1 : 1;
  }

  private static BigDecimal exact(Object number) {
    return number instanceof Double real
        ? new BigDecimal(real)
        : BigDecimal.valueOf(Values.whole(number));
  }
}
