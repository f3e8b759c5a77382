package io.engram.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's operators on numbers, texts and lists. Whole numbers beyond 64 bits are refused. */
final class Arithmetic {
  private Arithmetic() {}

  /**
   * The value of {@code left operator right}.
   *
   * @throws JinjaException if the two can't be so joined
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
      return Formatting.format(format, values, run);
    }
    if (right instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (Comparison.isNumber(left) && Comparison.isNumber(right)) {
      return numbers(operator, left, right);
    }
    if (operator.equals("+")) {
      return added(left, right, run);
    }
    if (operator.equals("*") && Comparison.isNumber(left) && !(left instanceof Double)) {
      return repeated(right, Values.whole(left), run);
    }
    if (operator.equals("*") && Comparison.isNumber(right) && !(right instanceof Double)) {
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

  /** A whole number as written. */
  static Object integer(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new JinjaException("the number " + digits + " is beyond 64 bits");
    }
  }
}
