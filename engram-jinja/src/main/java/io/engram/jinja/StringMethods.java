package io.engram.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's texts. */
final class StringMethods {
  private StringMethods() {}

  /** A text's method; null: it has none of this name. */
  static @Nullable Callable of(String text, String name) {
    return switch (name) {
      case "strip" -> (a, run) -> Strings.strip(text, characters(a));
      case "lstrip" -> (a, run) -> Strings.stripStart(text, characters(a));
      case "rstrip" -> (a, run) -> Strings.stripEnd(text, characters(a));
      case "upper" -> (a, run) -> changed(Strings.upper(text), run);
      case "lower" -> (a, run) -> changed(Strings.lower(text), run);
      case "title" -> (a, run) -> changed(Strings.title(text), run);
      case "capitalize" -> (a, run) -> changed(Strings.capitalized(text), run);
      case "startswith" -> (a, run) -> hasEnd(text, a, true, run);
      case "endswith" -> (a, run) -> hasEnd(text, a, false, run);
      case "removeprefix" -> (a, run) -> without(text, part(a, "prefix"), true);
      case "removesuffix" -> (a, run) -> without(text, part(a, "suffix"), false);
      case "split" -> (a, run) -> split(text, a, false, run);
      case "rsplit" -> (a, run) -> split(text, a, true, run);
      case "splitlines" -> (a, run) -> lines(text, a.bind(name, "keepends").flag("keepends"), run);
      case "replace" -> (a, run) -> replace(text, a, run);
      case "find" -> (a, run) -> place(text, part(a, "sub"), false, run);
      case "rfind" -> (a, run) -> place(text, part(a, "sub"), true, run);
      case "index" -> (a, run) -> found(place(text, part(a, "sub"), false, run));
      case "count" -> (a, run) -> count(text, part(a, "sub"), run);
      case "join" -> (a, run) -> join(text, a.bind(name, "iterable").required("iterable"), run);
      case "isdigit" -> (a, run) -> all(text, Character::isDigit);
      case "isalpha" -> (a, run) -> all(text, Character::isLetter);
      case "isalnum" -> (a, run) -> all(text, Character::isLetterOrDigit);
      case "isspace" -> (a, run) -> Strings.isBlank(text);
      case "isupper" -> (a, run) -> Tests.isUpper(text);
      case "islower" -> (a, run) -> Tests.isLower(text);
      default -> null;
    };
  }

  private static String changed(String text, Run run) {
    run.spend(text.length());
    return text;
  }

  private static List<Object> lines(String text, boolean keepEnds, Run run) {
    List<Object> lines = Strings.lines(text, keepEnds);
    run.spendItems(lines.size() + text.length() / 8L);
    return lines;
  }

  private static @Nullable String characters(Arguments arguments) {
    return arguments.bind("strip", "chars").text("chars");
  }

  private static String part(Arguments arguments, String name) {
    return text(arguments.bind("the method", name).required(name));
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new JinjaException("a text is needed, not '" + Values.typeName(value) + "'");
  }

  private static boolean all(String text, IntPredicate is) {
    return !text.isEmpty() && text.codePoints().allMatch(is);
  }

  private static boolean hasEnd(String text, Arguments arguments, boolean start, Run run) {
    Object sought = arguments.bind("startswith or endswith", "prefix").required("prefix");
    List<Object> all = sought instanceof Tuple tuple ? tuple.items() : List.of(sought);
    run.spend(all.size());
    return all.stream()
        .map(StringMethods::text)
        .anyMatch(each -> start ? text.startsWith(each) : text.endsWith(each));
  }

  private static String without(String text, String part, boolean start) {
    if (start) {
      return text.startsWith(part) ? text.substring(part.length()) : text;
    }
    return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
  }

  private static String replace(String text, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("replace", "old", "new", "count");
    return Strings.replaced(
        text,
        text(given.required("old")),
        text(given.required("new")),
        given.whole("count", -1),
        run);
  }

  private static long place(String text, String part, boolean last, Run run) {
    run.spendSearch(text, part);
    int place = last ? text.lastIndexOf(part) : text.indexOf(part);
    return place < 0 ? -1 : text.codePointCount(0, place);
  }

  private static long found(long place) {
    if (place < 0) {
      throw new JinjaException("the text sought is not in the text");
    }
    return place;
  }

  private static long count(String text, String part, Run run) {
    run.spendSearch(text, part);
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  /** Texts joined by another. */
  static String join(String between, Object items, Run run) {
    Output out = new Output(run);
    String before = "";
    for (Object item : Values.items(items, run)) {
      out.write(before);
      out.write(text(item));
      before = between;
    }
    return out.text();
  }

  private static List<Object> split(String text, Arguments arguments, boolean last, Run run) {
    Arguments.Bound given = arguments.bind("split", "sep", "maxsplit");
    String separator = given.text("sep");
    long most = given.whole("maxsplit", -1);
    run.spendSearch(text, separator == null ? "" : separator);
    if (separator != null && separator.isEmpty()) {
      throw new JinjaException("a text can't be split at an empty one");
    }
    List<Object> parts = new ArrayList<>();
    String rest = separator == null ? Strings.strip(text, null) : text;
    while ((most < 0 || parts.size() < most) && !(separator == null && rest.isEmpty())) {
      int[] gap = gap(rest, separator, last);
      if (gap[0] < 0) {
        break;
      }
      parts.add(last ? rest.substring(gap[1]) : rest.substring(0, gap[0]));
      rest = last ? rest.substring(0, gap[0]) : rest.substring(gap[1]);
      run.spendItems(1);
      run.spend(rest.length() / 8);
    }
    if (separator != null || !rest.isEmpty()) {
      parts.add(rest);
    }
    if (last) {
      Collections.reverse(parts);
    }
    return parts;
  }

  /** Where the first or last separator begins and ends; −1 where there is none. */
  private static int[] gap(String text, @Nullable String separator, boolean last) {
    if (separator != null) {
      int place = last ? text.lastIndexOf(separator) : text.indexOf(separator);
      return new int[] {place, place + separator.length()};
    }
    int from = last ? text.length() : 0;
    while (last ? from > 0 : from < text.length()) {
      int c = last ? text.codePointBefore(from) : text.codePointAt(from);
      if (Strings.isBlank(c)) {
        return last
            ? new int[] {Strings.stripEnd(text.substring(0, from), null).length(), from}
            : new int[] {
              from, text.length() - Strings.stripStart(text.substring(from), null).length()
            };
      }
      from += last ? -Character.charCount(c) : Character.charCount(c);
    }
    return new int[] {-1, -1};
  }
}
