package io.engram.jinja;

import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Python's operators: arithmetic on numbers, strings and lists; equality, order and membership;
 * slices, {@code value[start:stop:step]}. Integers beyond 64 bits are refused.
 */
final class Operators {
  private Operators() {}

  /**
   * The value of {@code left operator right}.
   *
   * @throws JinjaException if the operator isn't defined for the two
   */
  static Object apply(String operator, Object left, Object right, Run run) {
    if (operator.equals("~")) {
      return Strings.joined(Text.of(left, run), Text.of(right, run), run);
    }
    if (left instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (operator.equals("%") && left instanceof String format) {
      List<Object> values = right instanceof Tuple tuple ? tuple.items() : List.of(right);
      return Text.format(format, values, run);
    }
    if (right instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (isNumber(left) && isNumber(right)) {
      return numbers(operator, left, right);
    }
    if (operator.equals("+")) {
      return added(left, right, run);
    }
    if (operator.equals("*") && isNumber(left) && !(left instanceof Double)) {
      return repeated(right, Values.whole(left), run);
    }
    if (operator.equals("*") && isNumber(right) && !(right instanceof Double)) {
      return repeated(left, Values.whole(right), run);
    }
    throw impossible(operator, left, right);
  }

  private static JinjaException impossible(String operator, Object left, Object right) {
    return new JinjaException(
        "'"
            + Values.typeName(left)
            + "' "
            + operator
            + " '"
            + Values.typeName(right)
            + "' is not possible");
  }

  private static Object added(Object left, Object right, Run run) {
    if (left instanceof String a && right instanceof String b) {
      return Strings.joined(a, b, run);
    }
    boolean lists = left instanceof List<?> && right instanceof List<?>;
    boolean tuples = left instanceof Tuple && right instanceof Tuple;
    if (!lists && !tuples) {
      throw impossible("+", left, right);
    }
    List<Object> all = new ArrayList<>(Values.items(left, run));
    all.addAll(Values.items(right, run));
    run.spendItems(all.size());
    return lists ? all : new Tuple(all);
  }

  private static Object repeated(Object value, long times, Run run) {
    long count = Math.max(0, times);
    if (value instanceof String text) {
      run.spend(saturated(text.length(), count));
      return text.repeat((int) count);
    }
    if (value instanceof List<?> || value instanceof Tuple) {
      List<Object> items = Values.items(value, run);
      run.spendItems(saturated(items.size(), count));
      List<Object> all = new ArrayList<>();
      for (long i = 0; i < count && !items.isEmpty(); i++) {
        all.addAll(items);
      }
      return value instanceof Tuple ? new Tuple(all) : all;
    }
    throw impossible("*", value, times);
  }

  private static long saturated(long size, long times) {
    return times > Integer.MAX_VALUE ? Long.MAX_VALUE : Math.max(size, 1) * times;
  }

  private static Object numbers(String operator, Object left, Object right) {
    if (operator.equals("/")) {
      return real(left) / nonZero(real(right));
    }
    if (left instanceof Double || right instanceof Double) {
      return reals(operator, real(left), real(right));
    }
    long a = Values.whole(left);
    long b = Values.whole(right);
    try {
      return switch (operator) {
        case "+" -> Math.addExact(a, b);
        case "-" -> Math.subtractExact(a, b);
        case "*" -> Math.multiplyExact(a, b);
        case "//" -> Math.floorDiv(a, nonZero(b));
        case "%" -> Math.floorMod(a, nonZero(b));
        default -> power(a, b);
      };
    } catch (ArithmeticException e) {
      throw new JinjaException(a + " " + operator + " " + b + " is beyond 64 bits");
    }
  }

  private static Object reals(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "//" -> Math.floor(a / nonZero(b));
      case "%" -> a - Math.floor(a / nonZero(b)) * b;
      default -> Math.pow(a, b);
    };
  }

  private static Object power(long base, long exponent) {
    if (exponent < 0) {
      return Math.pow((double) base, (double) exponent);
    }
    long result = 1;
    long square = base;
    for (long left = exponent; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        result = Math.multiplyExact(result, square);
      }
      square = left > 1 ? Math.multiplyExact(square, square) : square;
    }
    return result;
  }

  private static double nonZero(double divisor) {
    if (divisor == 0) {
      throw new JinjaException("division by zero");
    }
    return divisor;
  }

  private static long nonZero(long divisor) {
    if (divisor == 0) {
      throw new JinjaException("division by zero");
    }
    return divisor;
  }

  static Object signed(Object value, boolean minus) {
    if (value instanceof Double number) {
      return minus ? -number : number;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    long number = Values.whole(value);
    return minus ? Math.negateExact(number) : number;
  }

  static double real(Object number) {
    return number instanceof Double real ? real : Values.whole(number);
  }

  /** Parses an integer. */
  static Object integer(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new JinjaException("the number " + digits + " is beyond 64 bits");
    }
  }

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
      return compareNumbers(left, right) == 0;
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
   * Compares numbers, strings by code point, and lists item by item.
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
      return compareNumbers(left, right);
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

  private static int compareNumbers(Object left, Object right) {
    if (!(left instanceof Double) && !(right instanceof Double)) {
      return Long.compare(Values.whole(left), Values.whole(right));
    }
    double a = real(left);
    double b = real(right);
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

  /**
   * A slice.
   *
   * @param start where it begins; none: the beginning, or the end if the step is negative
   * @param stop where it ends, exclusive; none: the other end
   * @param step from one item to the next; none: 1
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
