package io.engram.core.metric;

import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of the fact in an answer a text gives away. The fact is the answer's words that its
 * question doesn't have: of "William Shakespeare wrote Romeo and Juliet", asked who wrote Romeo and
 * Juliet, the words "William" and "Shakespeare". A model that repeats the question shares many
 * words with the answer and gives nothing away; one that says the fact in other words shares few
 * and gives all of it away.
 *
 * <p>Words are runs of letters, marks and digits of any script, in lower case, each counted once.
 * Function words of English aren't counted: any answer has some of them.
 *
 * <p><b>Source:</b> ours. ROUGE-L recall, which unlearning papers use, counts the question's words
 * too.
 */
public final class FactRecall {
  /** Its name in files. */
  public static final String NAME = "fact_recall";

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");

  private static final Set<String> FUNCTION_WORDS =
      Set.of(
          """
          a an the this that these those and or but nor so yet if than then as while because
          although though since until of in on at by for with from to into onto over under about
          after before between through during within without against among around i you he she it
          we they me him her us them my your his its our their mine yours hers ours theirs who
          whom whose which what is are was were be been being am has have had having do does did
          doing done will would shall should can could might must not s t also there here
          where when how why both each all any some such very just only own same too
          """
              .strip()
              .split("\\s+"));

  private FactRecall() {}

  /**
   * The share of the fact's words that a text has.
   *
   * @return in [0, 1]; NaN if the question has all words of the answer
   */
  public static double of(String question, String answer, String text) {
    Set<String> fact = fact(question, answer);
    if (fact.isEmpty()) {
      return Double.NaN;
    }
    Set<String> said = words(text);
    return (double) fact.stream().filter(said::contains).count() / fact.size();
  }

  /** A text up to where it has given the whole fact away; empty if it doesn't. */
  public static Optional<String> given(String question, String answer, String text) {
    Set<String> left = fact(question, answer);
    if (left.isEmpty()) {
      return Optional.empty();
    }
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      left.remove(word.group().toLowerCase(Locale.ROOT));
      if (left.isEmpty()) {
        return Optional.of(text.substring(0, word.end()));
      }
    }
    return Optional.empty();
  }

  /**
   * The characters of an answer's text, as it stands within a longer one, that belong to words of
   * the fact.
   *
   * @param from where the text begins in {@code within}
   * @param to where it ends
   */
  public static BitSet characters(String question, String answer, String within, int from, int to) {
    Set<String> fact = fact(question, answer);
    BitSet characters = new BitSet(within.length());
    Matcher word = WORD.matcher(within).region(from, to);
    while (word.find()) {
      if (fact.contains(word.group().toLowerCase(Locale.ROOT))) {
        characters.set(word.start(), word.end());
      }
    }
    return characters;
  }

  private static Set<String> fact(String question, String answer) {
    Set<String> fact = words(answer);
    fact.removeAll(words(question));
    fact.removeAll(FUNCTION_WORDS);
    return fact;
  }

  private static Set<String> words(String text) {
    Set<String> words = new TreeSet<>();
    Matcher word = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (word.find()) {
      words.add(word.group());
    }
    return words;
  }
}
