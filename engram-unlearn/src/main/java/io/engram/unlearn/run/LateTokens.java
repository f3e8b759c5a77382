package io.engram.unlearn.run;

import io.engram.core.sample.Sample;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * The tokens of a large set, of which a run draws a part: each sample is tokenised when it is asked
 * for. What would be wrong with a sample is found before the run starts: the longest are tokenised
 * at once, and so are those without an answer.
 */
final class LateTokens extends AbstractList<TokenizedSample> implements RandomAccess {
  /** A set of at most as many samples is tokenised at once, within two seconds. */
  static final int AT_ONCE = 20_000;

  /** How many of the longest texts are tokenised at once. */
  private static final int LONGEST = 1000;

  private final List<Sample> samples;
  private final SampleTokenizer tokenizer;
  private final int longest;

  private LateTokens(List<Sample> samples, SampleTokenizer tokenizer, int longest) {
    this.samples = samples;
    this.tokenizer = tokenizer;
    this.longest = longest;
  }

  /**
   * All samples' tokens, in order.
   *
   * @throws io.engram.core.EngramException as {@link SampleTokenizer#tokenize(Sample)}, for any
   *     sample of a small set, and of a large one for those that are tokenised at once
   */
  static List<TokenizedSample> of(List<Sample> samples, SampleTokenizer tokenizer) {
    if (samples.size() <= AT_ONCE) {
      return tokenizer.tokenize(samples);
    }
    int[] lengths = samples.stream().mapToInt(LateTokens::characters).toArray();
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    int least = sorted[sorted.length - LONGEST];
    int longest = 0;
    int left = LONGEST;
    for (int i = 0; i < lengths.length; i++) {
      // Many may be as long as the last of the longest.
      boolean isLong = lengths[i] > least || (lengths[i] == least && left-- > 0);
      if (isLong || lengths[i] == 0) {
        longest = Math.max(longest, tokenizer.tokenize(samples.get(i)).ids().length);
      }
    }
    return new LateTokens(samples, tokenizer, longest);
  }

  /** Tokens of the longest sample, among the thousand that have the most characters. */
  static int longest(List<TokenizedSample> tokens) {
    return tokens instanceof LateTokens late
        ? late.longest
        : tokens.stream().mapToInt(sample -> sample.ids().length).max().orElse(0);
  }

  /** Length of the text; 0 if the answer has none, which can't be labelled. */
  private static int characters(Sample sample) {
    if (sample.content() instanceof Sample.Asked asked) {
      int prompt = asked.messages().stream().mapToInt(message -> message.content().length()).sum();
      return asked.answer().isBlank() ? 0 : prompt + asked.answer().length();
    }
    if (sample.content() instanceof Sample.PlainText text) {
      return text.text().isBlank() ? 0 : text.text().length();
    }
    return 0; // Token ids cost nothing to check.
  }

  @Override
  public TokenizedSample get(int index) {
    return tokenizer.tokenize(samples.get(index));
  }

  @Override
  public int size() {
    return samples.size();
  }
}
