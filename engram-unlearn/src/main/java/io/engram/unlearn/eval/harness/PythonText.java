package io.engram.unlearn.eval.harness;

import java.util.Locale;
import java.util.regex.Pattern;

/** Text functions that behave like Python's where Java's differ. */
final class PythonText {
  /** What {@code \s} of Python's regular expressions matches, and {@code strip} cuts. */
  static final String SPACE = "[\\s\\x1c-\\x1f\\x85\\p{Z}]";

  private static final Pattern ENDS = Pattern.compile("^" + SPACE + "+|" + SPACE + "+\\z");

  private PythonText() {}

  /** {@code text.strip()}, which also cuts no-break blanks and separators. */
  static String strip(String text) {
    return ENDS.matcher(text).replaceAll("");
  }

  /** {@code text.rstrip()}. */
  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && text.substring(end - 1, end).matches(SPACE)) {
      end--;
    }
    return text.substring(0, end);
  }

  /** {@code text.capitalize()}: the first letter in upper case, all others in lower case. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    String rest = text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
    return Character.toString(Character.toTitleCase(first)) + rest;
  }

  /** {@code len(text)}: code points. */
  static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
