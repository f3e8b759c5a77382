package io.engram.report.text;

import java.util.List;

/** Joins words as in a sentence. */
public final class WordList {
  private WordList() {}

  /** {@code a}, {@code a and b}, {@code a, b and c}; empty for none. */
  public static String and(List<String> words) {
    int last = words.size() - 1;
    if (last < 1) {
      return words.isEmpty() ? "" : words.get(0);
    }
    return String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** With a capital first letter. */
  public static String capitalised(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
