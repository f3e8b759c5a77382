package io.engram.unlearn.characteristic;

import io.engram.unlearn.characteristic.EnglishText.TaggedSentence;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * How a text's sentences are built.
 *
 * <p><b>Source:</b> the first two: Lu (2010), MLS and C/S; the third: lexical density, Ure (1971).
 * <b>Differs:</b> the paper takes its syntactic measures from Jiang et al. (2021) and doesn't name
 * them; these are the ones that parts of speech give.
 *
 * @param meanSentenceLength {@code words / sentences}
 * @param clausesPerSentence {@code clauses / sentences}, by {@link #clauses}
 * @param contentWordShare {@code content words / words}, in [0, 1]: nouns, names, full verbs,
 *     adjectives, adverbs
 */
public record SyntacticComplexity(
    double meanSentenceLength, double clausesPerSentence, double contentWordShare) {
  private static final Set<String> RELATIVES = Set.of("who", "whom", "whose", "which", "that");

  /** A vowel before it keeps "bring" and "sing" out. */
  private static final Pattern ING = Pattern.compile(".*[aeiouy].*ing");

  /** Of a text; all NaN where it has no sentence, the share NaN where it has no word. */
  public static SyntacticComplexity of(String text, EnglishText english) {
    return of(english.sentences(text));
  }

  static SyntacticComplexity of(List<TaggedSentence> sentences) {
    double words = sum(sentences, s -> count(s, i -> s.isWord(i)));
    double content = sum(sentences, s -> count(s, i -> s.isContentWord(i)));
    return new SyntacticComplexity(
        words / sentences.size(),
        sum(sentences, SyntacticComplexity::clauses) / sentences.size(),
        content / words);
  }

  private static int count(TaggedSentence sentence, IntPredicate counts) {
    return (int) IntStream.range(0, sentence.size()).filter(counts).count();
  }

  private static double sum(List<TaggedSentence> sentences, ToIntFunction<TaggedSentence> number) {
    return sentences.stream().mapToInt(number).sum();
  }

  /**
   * How many clauses a sentence has, counted by its verbs, without a parser:
   *
   * <ul>
   *   <li>an auxiliary with its verb is one ("has been disclosed"), only adverbs and particles
   *       between them; in a question also a subject ("did her mother have"), up to a subordinator
   *       or a relative pronoun;
   *   <li>an auxiliary without a verb is one ("was a nurse");
   *   <li>a verb without an auxiliary is one, unless it's an infinitive with "to" or an -ing form;
   *   <li>an -ing form is one after a subordinator ("after reading her novel").
   * </ul>
   *
   * <p><b>Source:</b> the clauses of Lu: Automatic analysis of syntactic complexity in second
   * language writing (2010). <b>Differs:</b> he counts in a parser's trees; the tags here don't
   * tell a past tense from a participle, so that "books written by" counts as one too.
   */
  static int clauses(TaggedSentence sentence) {
    boolean question =
        sentence.size() > 0 && sentence.tokens().get(sentence.size() - 1).equals("?");
    int clauses = 0;
    boolean auxiliary = false;
    for (int i = 0; i < sentence.size(); i++) {
      if (sentence.is(i, "AUX")) {
        clauses += auxiliary ? 0 : 1;
        auxiliary = true;
      } else if (sentence.is(i, "VERB")) {
        clauses += !auxiliary && makesClause(sentence, i) ? 1 : 0;
        // Of a question only the first verb can stand apart from its auxiliary.
        question = false;
        auxiliary = false;
      } else if (!sentence.is(i, "ADV") && !sentence.is(i, "PART")) {
        auxiliary &= question && !opensClause(sentence, i);
      }
    }
    return clauses;
  }

  private static boolean opensClause(TaggedSentence sentence, int token) {
    return sentence.is(token, "SCONJ") || RELATIVES.contains(lowerCase(sentence, token));
  }

  private static boolean makesClause(TaggedSentence sentence, int verb) {
    int before = verb - 1;
    while (before >= 0 && sentence.is(before, "ADV")) {
      before--;
    }
    if (before >= 0 && lowerCase(sentence, before).equals("to") && sentence.is(before, "PART")) {
      return false;
    }
    return !ING.matcher(lowerCase(sentence, verb)).matches()
        || (before >= 0 && sentence.is(before, "SCONJ"));
  }

  private static String lowerCase(TaggedSentence sentence, int token) {
    return sentence.tokens().get(token).toLowerCase(Locale.ROOT);
  }
}
