package io.engram.unlearn.characteristic;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The words of a text, the same for every measure that counts words: runs of letters and digits, in
 * lower case. "don't" is "don" and "t", as in the frequency list.
 */
final class Words {
  private static final String RUN = "[\\p{L}\\p{M}\\p{N}]+";
  private static final Pattern WORD = Pattern.compile(RUN);
  private static final Pattern COMPOUND = Pattern.compile(RUN + "(?:[-‐‑'’]" + RUN + ")*");

  private Words() {}

  static List<String> of(String text) {
    return found(WORD, text);
  }

  /** Words with what a hyphen or an apostrophe joins to them: "award-winning", "author's". */
  static List<String> compounds(String text) {
    return found(COMPOUND, text);
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .map(word -> word.toLowerCase(Locale.ROOT))
        .toList();
  }
}
