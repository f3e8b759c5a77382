package io.engram.jinja;

import io.engram.jinja.Values.Callable;
import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks up tests, which follow {@code is}, by name. */
final class Tests {
  /** A test, which follows {@code is}. */
  @FunctionalInterface
  interface Test {
    boolean holds(Object value, Arguments arguments, Run run);
  }

  private static final Map<String, Test> ALL = new HashMap<>();

  static {
    ALL.put("defined", (value, a, run) -> !(value instanceof Undefined));
    ALL.put("undefined", (value, a, run) -> value instanceof Undefined);
    ALL.put("none", (value, a, run) -> value == None.NONE);
    ALL.put("boolean", (value, a, run) -> value instanceof Boolean);
    ALL.put("true", (value, a, run) -> Boolean.TRUE.equals(value));
    ALL.put("false", (value, a, run) -> Boolean.FALSE.equals(value));
    ALL.put("integer", (value, a, run) -> value instanceof Long);
    ALL.put("float", (value, a, run) -> value instanceof Double);
    ALL.put("number", (value, a, run) -> Operators.isNumber(value));
    ALL.put("string", (value, a, run) -> value instanceof String);
    ALL.put("mapping", (value, a, run) -> value instanceof Map<?, ?>);
    ALL.put("iterable", (value, a, run) -> hasItems(value));
    ALL.put("sequence", (value, a, run) -> hasItems(value));
    ALL.put("callable", (value, a, run) -> value instanceof Callable);
    ALL.put("odd", (value, a, run) -> isRemainder(value, 1L, run));
    ALL.put("even", (value, a, run) -> isRemainder(value, 0L, run));
    ALL.put("divisibleby", Tests::isDivisible);
    ALL.put("lower", (value, a, run) -> isLower(Text.of(value, run)));
    ALL.put("upper", (value, a, run) -> isUpper(Text.of(value, run)));
    ALL.put("sameas", Tests::isSame);
    compare("eq", "eq", "equalto", "==");
    compare("ne", "ne", "!=");
    compare("lt", "lt", "lessthan", "<");
    compare("le", "le", "<=");
    compare("gt", "gt", "greaterthan", ">");
    compare("ge", "ge", ">=");
    compare("in", "in");
  }

  private Tests() {}

  private static void compare(String operator, String... names) {
    for (String name : names) {
      ALL.put(
          name,
          (value, arguments, run) ->
              Operators.holds(
                  operator, value, arguments.bind(name, "other").required("other"), run));
    }
  }

  /**
   * A test.
   *
   * @throws JinjaException if there is none of this name
   */
  static Test named(String name) {
    Test test = ALL.get(name);
    if (test == null) {
      throw new JinjaException("the test '" + name + "' is not supported");
    }
    return test;
  }

  private static boolean hasItems(Object value) {
    return value instanceof String
        || value instanceof List<?>
        || value instanceof Tuple
        || value instanceof Map<?, ?>
        || value instanceof Undefined;
  }

  private static boolean isRemainder(Object value, long wanted, Run run) {
    return Operators.equal(Operators.apply("%", value, 2L, run), wanted, run);
  }

  private static boolean isDivisible(Object value, Arguments arguments, Run run) {
    Object divisor = arguments.bind("divisibleby", "num").required("num");
    return Operators.equal(Operators.apply("%", value, divisor, run), 0L, run);
  }

  private static boolean isSame(Object value, Arguments arguments, Run run) {
    Object other = arguments.bind("sameas", "other").required("other");
    return value == other
        || (value.getClass() == other.getClass()
            && !(value instanceof List<?> || value instanceof Map<?, ?> || value instanceof Tuple)
            && Operators.equal(value, other, run));
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }
}
