package io.engram.unlearn.eval.generative;

import java.util.Locale;
import java.util.regex.Pattern;

/** Text functions that behave like Python's where Java's differ. */
public final class PythonText {
  /** What {@code \s} of Python's regular expressions matches, and {@code strip} cuts. */
  public static final String SPACE = "[\\s\\x1c-\\x1f\\x85\\p{Z}]";

  private static final Pattern ENDS = Pattern.compile("^" + SPACE + "+|" + SPACE + "+\\z");

  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");

  private PythonText() {}

  /** {@code text.strip()}, which also cuts no-break blanks and separators. */
  public static String strip(String text) {
    return ENDS.matcher(text).replaceAll("");
  }

  /** {@code text.rstrip()}. */
  public static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && text.substring(end - 1, end).matches(SPACE)) {
      end--;
    }
    return text.substring(0, end);
  }

  /** {@code text.capitalize()}: the first letter in upper case, all others in lower case. */
  public static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    String rest = text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
    return Character.toString(Character.toTitleCase(first)) + rest;
  }

  /** {@code text.translate(str.maketrans("", "", string.punctuation))}: without ASCII's signs. */
  public static String withoutPunctuation(String text) {
    return PUNCTUATION.matcher(text).replaceAll("");
  }

  /**
   * A regular expression as Python reads it: {@code \d}, {@code \w} and {@code \s} are Unicode's,
   * and only {@code \n} ends a line.
   *
   * @throws java.util.regex.PatternSyntaxException if it isn't one
   */
  public static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS);
  }

  /** {@code len(text)}: code points. */
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
