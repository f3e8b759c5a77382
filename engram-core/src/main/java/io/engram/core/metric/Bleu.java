package io.engram.core.metric;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU: how many n-grams of one to four words texts share with their references. Gives the same
 * numbers as {@code sacrebleu.corpus_bleu} without options: one reference per text, tokeniser 13a,
 * case-sensitive, exponential smoothing.
 *
 * <p><b>Source:</b> Papineni et al.: BLEU, a method for automatic evaluation of machine translation
 * (2002); Post: A call for clarity in reporting BLEU scores (2018), sacrebleu 2.6.0.
 */
public final class Bleu {
  private static final int LONGEST = 4;

  /**
   * The counts behind BLEU. A corpus has the sums of its texts' counts.
   *
   * @param words words in the text
   * @param referenceWords words in its reference
   * @param matches n-grams that also occur in the reference, each counted at most as often as
   *     there, {@code [4]}
   * @param runs n-grams in the text, {@code [4]}
   */
  public record Counts(long words, long referenceWords, long[] matches, long[] runs) {
    /** The counts of a corpus. */
    public static Counts sum(Collection<Counts> texts) {
      Counts sum = new Counts(0, 0, new long[LONGEST], new long[LONGEST]);
      for (Counts text : texts) {
        sum = sum.plus(text);
      }
      return sum;
    }

    private Counts plus(Counts other) {
      return new Counts(
          words + other.words,
          referenceWords + other.referenceWords,
          added(matches, other.matches),
          added(runs, other.runs));
    }

    private static long[] added(long[] a, long[] b) {
      long[] sum = a.clone();
      Arrays.setAll(sum, n -> a[n] + b[n]);
      return sum;
    }
  }

  private Bleu() {}

  /** Counts of a text against its reference. */
  public static Counts counts(String text, String reference) {
    List<String> words = Tokenizer13a.words(text);
    List<String> expected = Tokenizer13a.words(reference);
    long[] matches = new long[LONGEST];
    long[] runs = new long[LONGEST];
    for (int n = 1; n <= LONGEST; n++) {
      Map<List<String>, Integer> available = runs(expected, n);
      for (Map.Entry<List<String>, Integer> run : runs(words, n).entrySet()) {
        matches[n - 1] += Math.min(run.getValue(), available.getOrDefault(run.getKey(), 0));
        runs[n - 1] += run.getValue();
      }
    }
    return new Counts(words.size(), expected.size(), matches, runs);
  }

  private static Map<List<String>, Integer> runs(List<String> words, int length) {
    Map<List<String>, Integer> runs = new HashMap<>();
    for (int i = 0; i + length <= words.size(); i++) {
      runs.merge(words.subList(i, i + length), 1, Integer::sum);
    }
    return runs;
  }

  /**
   * {@code 100 · BP · (p₁p₂p₃p₄)^¼}: p_n = matches/runs of n-grams, or {@code 1 / (2^z · runs)} for
   * the z-th n without a match; BP = exp(1 − reference words / words) if the texts are shorter than
   * their references, else 1.
   *
   * @param counts of a text, or the sum of a corpus
   * @return in [0, 100]; 0 if no word matches, or no text has four words
   */
  public static double of(Counts counts) {
    if (Arrays.stream(counts.matches).sum() == 0 || counts.runs[LONGEST - 1] == 0) {
      return 0;
    }
    double logs = 0;
    double unmatched = 1;
    for (int n = 0; n < LONGEST; n++) {
      double matches = counts.matches[n];
      if (matches == 0) {
        unmatched *= 2;
        matches = 1 / unmatched;
      }
      logs += Math.log(100 * matches / counts.runs[n]);
    }
    double brevity = Math.min(0, 1 - (double) counts.referenceWords / counts.words);
    return Math.exp(brevity + logs / LONGEST);
  }

  /**
   * Splits text into words and punctuation as BLEU counts them: sacrebleu's tokeniser {@code 13a},
   * the same as mteval-v13a. Case is kept.
   *
   * <p><b>Source:</b> Post: A call for clarity in reporting BLEU scores (2018); sacrebleu 2.6.0.
   */
  static final class Tokenizer13a {
    /** White space as in Python's {@code split} and {@code rstrip}. */
    private static final String BLANK = "[\\s\\x1c-\\x1f\\x85\\p{Z}]";

    private static final Pattern BLANKS = Pattern.compile(BLANK + "+");
    private static final Pattern END = Pattern.compile(BLANK + "+\\z");

    /** ASCII punctuation except full stop, comma, hyphen and apostrophe. */
    private static final Pattern MARK = Pattern.compile("([{-~\\[-` -\\&(-+:-@/])");

    private static final Pattern STOP_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern STOP_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

    private Tokenizer13a() {}

    /** The words of a text; empty for a blank text. */
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
}
