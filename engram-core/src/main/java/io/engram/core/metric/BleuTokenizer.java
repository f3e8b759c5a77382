package io.engram.core.metric;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Words and punctuation as BLEU counts them: sacrebleu's tokeniser {@code 13a}, which is that of
 * mteval-v13a. Letters' case is kept.
 *
 * <p><b>Source:</b> Post: A call for clarity in reporting BLEU scores (2018); sacrebleu 2.6.0.
 */
final class BleuTokenizer {
  /** What Python's {@code split} and {@code rstrip} take for blanks. */
  private static final String BLANK = "[\\s\\x1c-\\x1f\\x85\\p{Z}]";

  private static final Pattern BLANKS = Pattern.compile(BLANK + "+");
  private static final Pattern END = Pattern.compile(BLANK + "+\\z");

  /** Marks of ASCII but full stop, comma, hyphen and apostrophe. */
  private static final Pattern MARK = Pattern.compile("([{-~\\[-` -\\&(-+:-@/])");

  private static final Pattern STOP_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern STOP_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  private BleuTokenizer() {}

  /** The words of a text; none of a blank one. */
  static List<String> words(String text) {
    String line =
        END.matcher(text)
            .replaceAll("")
            .replace("<skipped>", "")
            .replace("-\n", "")
            .replace('\n', ' ')
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = MARK.matcher(" " + line + " ").replaceAll(" $1 ");
    line = STOP_AFTER_NO_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = STOP_BEFORE_NO_DIGIT.matcher(line).replaceAll(" $1 $2");
    line = HYPHEN_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    return BLANKS.splitAsStream(line).filter(word -> !word.isEmpty()).toList();
  }
}
