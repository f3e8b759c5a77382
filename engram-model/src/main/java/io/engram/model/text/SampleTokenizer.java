package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Samples to tokens, with one rule for the answer span: render the template, tokenise the whole
 * text once, and label every token whose span ends after the boundary; then the end token,
 * labelled. So a tokenizer that merges across the boundary can't lose the first answer token.
 */
public final class SampleTokenizer {
  private final Supplier<Tokenizer> tokenizer;
  private final PromptTemplate template;
  private final int vocabularySize;
  private final int maxPositions;

  /** For a model with this vocabulary and context length. */
  public SampleTokenizer(
      Supplier<Tokenizer> tokenizer,
      PromptTemplate template,
      int vocabularySize,
      int maxPositions) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.vocabularySize = vocabularySize;
    this.maxPositions = maxPositions;
  }

  /** The template in use. */
  public PromptTemplate template() {
    return template;
  }

  /**
   * Tokens and labels of a sample.
   *
   * @throws EngramException if no token is labelled, the sample is longer than the context, or an
   *     id is outside the vocabulary
   */
  public TokenizedSample tokenize(Sample sample) {
    Sample.Content content = sample.content();
    if (content instanceof Sample.QuestionAnswer qa) {
      return checked(sample.id(), answer(sample.id(), qa));
    }
    if (content instanceof Sample.PlainText text) {
      int[] ids = tokenizer.get().encode(text.text());
      return checked(sample.id(), labelled(sample.id(), ids, 1));
    }
    Sample.TokenIds given = (Sample.TokenIds) content;
    int[] prompt = ints(given.prompt());
    int[] ids = concatenate(prompt, ints(given.answer()));
    return checked(sample.id(), labelled(sample.id(), ids, Math.max(1, prompt.length)));
  }

  /** All samples, in order. */
  public List<TokenizedSample> tokenize(List<Sample> samples) {
    return samples.stream().map(this::tokenize).toList();
  }

  /** The sample with every token but the first labelled, as Min-K % reads it; no end token. */
  public TokenizedSample tokenizeWhole(Sample sample) {
    if (sample.content() instanceof Sample.QuestionAnswer qa) {
      String text = template.render(qa.question(), qa.answer()).text();
      return tokenize(new Sample(sample.id(), new Sample.PlainText(text)));
    }
    TokenizedSample own = tokenize(sample);
    return new TokenizedSample(own.id(), own.ids(), 1);
  }

  /** The sample with another answer, as preference optimisation trains it. */
  public TokenizedSample withAnswer(Sample sample, String answer) {
    if (sample.content() instanceof Sample.QuestionAnswer qa) {
      return tokenize(Sample.of(sample.id(), qa.question(), answer));
    }
    throw EngramException.usage(
        "Sample "
            + sample.id()
            + " has no question; method po puts a refusal in the answer's place and needs samples"
            + " with question and answer.");
  }

  /** What generation starts from for this sample. */
  public int[] prompt(Sample sample) {
    if (sample.content() instanceof Sample.QuestionAnswer qa) {
      return promptOf(qa.question());
    }
    return tokenize(sample).promptIds();
  }

  /**
   * What generation starts from for this question.
   *
   * @throws EngramException if an id is outside the vocabulary
   */
  public int[] promptOf(String question) {
    int[] ids = tokenizer.get().encode(template.promptText(question));
    requireKnown("Prompt \"" + question + "\"", ids);
    return ids;
  }

  private TokenizedSample answer(String id, Sample.QuestionAnswer qa) {
    if (qa.answer().isBlank()) {
      throw noLabels(id, "its answer is empty");
    }
    PromptTemplate.Rendered rendered = template.render(qa.question(), qa.answer());
    Tokenizer.Tokens tokens = tokenizer.get().encodeWithEnds(rendered.text());
    int[] ids = tokens.ids();
    int start = 0;
    while (start < ids.length && tokens.ends()[start] <= rendered.boundary()) {
      start++;
    }
    if (start == ids.length) {
      throw noLabels(id, "its answer has no token of its own");
    }
    boolean ended = ids[ids.length - 1] == tokenizer.get().eosId();
    return labelled(id, ended ? ids : concatenate(ids, new int[] {tokenizer.get().eosId()}), start);
  }

  private TokenizedSample labelled(String id, int[] ids, int start) {
    if (ids.length <= start) {
      throw noLabels(id, "it has " + ids.length + " token(s) and none that is predicted");
    }
    return new TokenizedSample(id, ids, Math.max(1, start));
  }

  private static EngramException noLabels(String id, String why) {
    return EngramException.usage(
        "Sample "
            + id
            + ": "
            + why
            + "; nothing could be measured or forgotten.\n"
            + "Give it an answer or take it out of the data.");
  }

  private TokenizedSample checked(String id, TokenizedSample sample) {
    if (sample.ids().length > maxPositions) {
      throw EngramException.usage(
          String.format(
              "Sample %s has %d tokens; the model's context is %d.%nShorten it or split it.",
              id, sample.ids().length, maxPositions));
    }
    requireKnown("Sample " + sample.id(), sample.ids());
    return sample;
  }

  private void requireKnown(String what, int[] ids) {
    for (int token : ids) {
      if (token < 0 || token >= vocabularySize) {
        throw EngramException.usage(
            String.format(
                "%s has token id %d; the model's vocabulary ends at %d.\n"
                    + "The tokenizer or the ids belong to another model.",
                what, token, vocabularySize - 1));
      }
    }
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] concatenate(int[] a, int[] b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
