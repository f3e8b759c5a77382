package io.engram.unlearn.characteristic;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * How a text's sentences are built.
 *
 * <p><b>Source:</b> the first two: Lu (2010), MLS and C/S; the third: lexical density, Ure (1971).
 * <b>Differs:</b> the paper takes its syntactic measures from Jiang et al. (2021) and doesn't name
 * them; these are the ones that parts of speech give.
 *
 * @param meanSentenceLength {@code words / sentences}
 * @param clausesPerSentence {@code clauses / sentences}, by {@link ClauseCount}
 * @param contentWordShare {@code content words / words}, in [0, 1]: nouns, names, full verbs,
 *     adjectives, adverbs
 */
public record SyntacticComplexity(
    double meanSentenceLength, double clausesPerSentence, double contentWordShare) {
  /** Of a text; all NaN where it has no sentence, the share NaN where it has no word. */
  public static SyntacticComplexity of(String text, EnglishText english) {
    return of(english.sentences(text));
  }

  static SyntacticComplexity of(List<TaggedSentence> sentences) {
    double words = sum(sentences, s -> count(s, i -> s.isWord(i)));
    double content = sum(sentences, s -> count(s, i -> s.isContentWord(i)));
    return new SyntacticComplexity(
        words / sentences.size(),
        sum(sentences, ClauseCount::of) / sentences.size(),
        content / words);
  }

  private static int count(TaggedSentence sentence, IntPredicate counts) {
    return (int) IntStream.range(0, sentence.size()).filter(counts).count();
  }

  private static double sum(List<TaggedSentence> sentences, ToIntFunction<TaggedSentence> number) {
    return sentences.stream().mapToInt(number).sum();
  }
}
