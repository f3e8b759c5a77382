package io.engram.core.data;

import io.engram.core.EngramException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a condition on samples, in the user's words. DuckDB's own message quotes the
 * query around the condition, which the user never wrote.
 */
final class ConditionFault {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  /** DuckDB's messages, and what to say instead. */
  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              Pattern.compile("Referenced column \"(.*)\" not found"), ConditionFault::noField),
          Fault.of(
              "Function with name (\\S+) does not exist!(?:\\s+Did you mean \"(\\S+)\")?",
              found ->
                  "there is no function %s%s"
                      .formatted(
                          found.group(1),
                          found.group(2) == null ? "" : "; perhaps " + found.group(2))),
          Fault.of("syntax error at or near (\"\\S+\")", f -> "it can't be read at " + f.group(1)),
          Fault.of("unterminated (?:string|quoted)", f -> "a quotation mark is never closed"),
          Fault.of(
              "Could not convert string '(.*)' to (\\w+)",
              f ->
                  f.group(2).startsWith("BOOL")
                      ? "the text '%s' is neither true nor false; compare it with something"
                          .formatted(f.group(1))
                      : "the text '%s' is not a number".formatted(f.group(1))),
          Fault.of(
              "Cannot compare values of type (\\S+) and type (\\S+)",
              f -> "it compares a %s with a %s".formatted(kind(f.group(1)), kind(f.group(2)))),
          Fault.of(
              "No function matches the given name and argument types '(\\w+)\\((.*)\\)'",
              f ->
                  "%s doesn't work on %s"
                      .formatted(
                          f.group(1),
                          Arrays.stream(f.group(2).split(", "))
                              .map(type -> "a " + kind(type))
                              .collect(Collectors.joining(" and ")))),
          Fault.of(
              "cannot contain aggregates",
              f -> "it sees one sample at a time, so sums, counts and the like can't be used"),
          Fault.of(
              "Permission Error", f -> "it can look at the samples' fields only, not at files"));

  private ConditionFault() {}

  /**
   * The error to throw: it says what is wrong, which fields exist, and gives an example.
   *
   * @param message DuckDB's
   * @param where the condition
   * @param setBy the condition's name: {@code --where}
   * @param fields the rows' fields
   * @param text a field that is a text; null: there is none
   */
  static EngramException of(
      String message,
      String where,
      String setBy,
      Collection<String> fields,
      @Nullable String text) {
    return EngramException.usage(
        "%s '%s': %s.%nThe fields are %s. A condition is, for example, length(%s) > 40"
            .formatted(
                setBy,
                where,
                fault(message, where),
                String.join(", ", fields),
                text == null ? "id" : text));
  }

  /** Whether a name needs no quotation marks. */
  static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }

  /** What is wrong. */
  private static String fault(String message, String where) {
    if (message.contains("LINE 2: ) ORDER BY engram_row")) {
      return "something is missing at its end, such as a bracket or a value";
    }
    for (Fault fault : FAULTS) {
      Matcher found = fault.pattern.matcher(message);
      if (found.find()) {
        return fault.words.apply(found, where);
      }
    }
    return message.lines().findFirst().orElse("").replaceFirst("^[A-Z][A-Za-z ]* Error: ", "");
  }

  /** A kind of message, and what to say instead. */
  private record Fault(Pattern pattern, BiFunction<Matcher, String, String> words) {
    private static Fault of(String pattern, Function<Matcher, String> words) {
      return new Fault(Pattern.compile(pattern), (found, where) -> words.apply(found));
    }
  }

  private static String noField(Matcher found, String where) {
    String name = found.group(1);
    return where.contains('"' + name + '"')
        ? "there is no field %s; put a text in single quotes: '%s'".formatted(name, name)
        : "there is no field " + name;
  }

  /** A type in plain words. */
  private static String kind(String type) {
    return type.startsWith("VARCHAR") || type.startsWith("STRING")
        ? "text"
        : type.matches("(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|DOUBLE|FLOAT|DECIMAL|INTEGER).*")
            ? "number"
            : type.toLowerCase(Locale.ROOT);
  }
}
