package io.engram.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** String operations that Java lacks or does differently from Python. */
final class Strings {
  private Strings() {}

  /**
   * Python's white space: Unicode's blanks and separators, and the control characters among them.
   */
  static boolean isBlank(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /** Whether a string is not empty and all white space. */
  static boolean isBlank(String text) {
    return !text.isEmpty() && text.codePoints().allMatch(Strings::isBlank);
  }

  /**
   * Removes these characters from the start.
   *
   * @param characters null: white space
   */
  static String stripStart(String text, @Nullable String characters) {
    int from = 0;
    while (from < text.length() && isOneOf(text.codePointAt(from), characters)) {
      from += Character.charCount(text.codePointAt(from));
    }
    return text.substring(from);
  }

  /** Removes these characters from the end. */
  static String stripEnd(String text, @Nullable String characters) {
    int to = text.length();
    while (to > 0 && isOneOf(text.codePointBefore(to), characters)) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(0, to);
  }

  static String strip(String text, @Nullable String characters) {
    return stripEnd(stripStart(text, characters), characters);
  }

  private static boolean isOneOf(int c, @Nullable String characters) {
    return characters == null ? isBlank(c) : characters.indexOf(c) >= 0;
  }

  static String joined(String left, String right, Run run) {
    run.spend((long) left.length() + right.length());
    return left + right;
  }

  /**
   * Replaces occurrences of a string.
   *
   * @param most how many; all if negative
   */
  static String replaced(String text, String old, String by, long most, Run run) {
    run.spendSearch(text, old);
    StringBuilder out = new StringBuilder();
    int from = 0;
    long left = most < 0 ? Long.MAX_VALUE : most;
    while (left > 0) {
      int place = text.indexOf(old, from);
      if (place < 0) {
        break;
      }
      run.spend(place - from + (long) by.length());
      out.append(text, from, place).append(by);
      from = place + old.length();
      left--;
      if (old.isEmpty()) {
        if (from >= text.length()) {
          break;
        }
        out.appendCodePoint(text.codePointAt(from));
        from += Character.charCount(text.codePointAt(from));
      }
    }
    return out.append(text.substring(from)).toString();
  }

  /** Splits lines where Python does; an empty last line is dropped. */
  static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isLineEnd(text.charAt(i))) {
        int end = i;
        i += text.startsWith("\r\n", i) ? 1 : 0;
        lines.add(text.substring(from, keepEnds ? i + 1 : end));
        from = i + 1;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** Puts the first character in upper case, the rest in lower case. */
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return upper(text.substring(0, first)) + lower(text.substring(first));
  }

  /** Capitalises each run of letters. */
  static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean within = false;
    for (int c : text.codePoints().toArray()) {
      String one = Character.toString(c);
      out.append(within ? lower(one) : Character.toString(Character.toTitleCase(c)));
      within = Character.isLetter(c);
    }
    return out.toString();
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
