package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.metric.FactRecall;
import io.engram.core.sample.Sample;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Workers;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * Turns samples into tokens, with one rule for the answer span: render the template, tokenise the
 * whole text once, and label every token whose span ends after the boundary; then the end token,
 * labelled. So a tokenizer that merges across the boundary can't lose the first answer token.
 */
public final class SampleTokenizer {
  /** Samples that one thread tokenises at a time. */
  private static final int PIECE = 256;

  private final Supplier<Tokenizer> tokenizer;
  private final PromptTemplate template;
  private final int vocabularySize;
  private final int maxPositions;
  private int endOfTurn = -1;

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

  /** The same for samples of any length: the caller cuts them, or knows that they fit. */
  public SampleTokenizer unbounded() {
    return new SampleTokenizer(tokenizer, template, vocabularySize, Integer.MAX_VALUE);
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
    if (content instanceof Sample.Asked asked) {
      return checked(sample.id(), answer(sample.id(), asked));
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

  /**
   * The same tokens, labelled after as many as the prompt has by itself. If the prompt ends in a
   * blank that the tokenizer puts into the answer's first token, that token isn't labelled. Public
   * benchmarks read the TOFU template this way.
   *
   * @throws EngramException as {@link #tokenize(Sample)}
   */
  public TokenizedSample tokenizeByPromptLength(Sample sample) {
    TokenizedSample own = tokenize(sample);
    if (sample.content() instanceof Sample.Asked asked) {
      int prompt = encode(template.writtenPrompt(sample.id(), asked)).ids().length;
      return labelled(own.id(), own.ids(), prompt);
    }
    return own;
  }

  /** Cuts texts by the model's tokens. */
  public TextPieces pieces() {
    return new TextPieces(tokenizer.get());
  }

  /**
   * All samples, in order; many are tokenised side by side.
   *
   * @throws EngramException as {@link #tokenize(Sample)}, for the first sample that fails
   */
  public List<TokenizedSample> tokenize(List<Sample> samples) {
    int pieces = (samples.size() + PIECE - 1) / PIECE;
    if (pieces <= 1) {
      return samples.stream().map(this::tokenize).toList();
    }
    TokenizedSample[] tokenized = new TokenizedSample[samples.size()];
    Workers.run(
        pieces,
        Device.CPU,
        piece -> {
          int end = Math.min(samples.size(), (piece + 1) * PIECE);
          for (int i = piece * PIECE; i < end; i++) {
            tokenized[i] = tokenize(samples.get(i));
          }
        });
    return List.of(tokenized);
  }

  /** The sample with every token but the first labelled, as Min-K % reads it; no end token. */
  public TokenizedSample tokenizeWhole(Sample sample) {
    if (sample.content() instanceof Sample.Asked asked) {
      int[] ids = encode(template.render(sample.id(), asked).text()).ids();
      return checked(sample.id(), labelled(sample.id(), ids, 1));
    }
    TokenizedSample own = tokenize(sample);
    return new TokenizedSample(own.id(), own.ids(), 1);
  }

  /**
   * Which labelled tokens of a sample belong to words of a fact ({@link FactRecall}).
   *
   * @param question the question that the fact answers
   * @param answer the answer that holds the fact; the sample may give it in other words
   * @return {@code [n]}; none of them if the sample has no question
   */
  public boolean[] ofFact(Sample sample, String question, String answer) {
    TokenizedSample own = tokenize(sample);
    boolean[] ofFact = new boolean[own.labels()];
    if (sample.content() instanceof Sample.Asked asked) {
      PromptTemplate.Rendered rendered = template.render(sample.id(), asked);
      BitSet fact =
          FactRecall.characters(
              question, answer, rendered.text(), rendered.boundary(), rendered.answerEnd());
      int[] ends = encode(rendered.text()).ends();
      int labelled = Math.min(ends.length, own.ids().length);
      for (int t = own.labelStart(); t < labelled; t++) {
        // Several tokens that make up one character end at the same place.
        int start = Math.min(ends[t - 1], ends[t] - 1);
        int next = ends[t] == 0 ? -1 : fact.nextSetBit(Math.max(0, start));
        ofFact[t - own.labelStart()] = next >= 0 && next < ends[t];
      }
    }
    return ofFact;
  }

  /** The sample with another answer, as preference optimisation trains it. */
  public TokenizedSample withAnswer(Sample sample, String answer) {
    if (sample.content() instanceof Sample.Asked asked) {
      return tokenize(new Sample(sample.id(), asked.withAnswer(answer)));
    }
    throw EngramException.usage(
        "Sample "
            + sample.id()
            + " has no question; this method puts another answer in its answer's place and needs samples"
            + " with question and answer.");
  }

  /** The prompt for this sample. */
  public int[] prompt(Sample sample) {
    if (sample.content() instanceof Sample.Asked asked) {
      int[] ids = encode(template.prompt(sample.id(), asked)).ids();
      requireKnown("Sample " + sample.id(), ids);
      return ids;
    }
    return tokenize(sample).promptIds();
  }

  /**
   * The prompt for this question.
   *
   * @throws EngramException if an id is outside the vocabulary
   */
  public int[] promptOf(String question) {
    int[] ids = encode(template.prompt("\"" + question + "\"", asked(question))).ids();
    requireKnown("Prompt \"" + question + "\"", ids);
    return ids;
  }

  /** The text of a sample's {@link #prompt}. */
  public String promptText(Sample sample) {
    return sample.content() instanceof Sample.Asked asked
        ? template.prompt(sample.id(), asked)
        : tokenizer.get().decode(prompt(sample));
  }

  /** The token that ends an answer, according to the template and the tokenizer. */
  public int endOfTurn() {
    if (endOfTurn < 0) {
      int[] probe = tokenize(Sample.of("probe", "Who?", "I.")).ids();
      endOfTurn = probe[probe.length - 1];
    }
    return endOfTurn;
  }

  private static Sample.QuestionAnswer asked(String question) {
    return new Sample.QuestionAnswer(question, "");
  }

  private Tokenizer.Tokens encode(String text) {
    return tokenizer.get().encodeWithEnds(text, !template.writesSpecialTokens());
  }

  private TokenizedSample answer(String id, Sample.Asked asked) {
    if (asked.answer().isBlank()) {
      throw noLabels(id, "its answer is empty");
    }
    PromptTemplate.Rendered rendered = template.render(id, asked);
    Tokenizer.Tokens tokens = encode(rendered.text());
    int[] ids = Arrays.copyOf(tokens.ids(), end(tokens, rendered.answerEnd()));
    int start = 0;
    while (start < ids.length && tokens.ends()[start] <= rendered.boundary()) {
      start++;
    }
    if (start == ids.length) {
      throw noLabels(id, "its answer has no tokens");
    }
    int last = ids[ids.length - 1];
    boolean ended =
        last == tokenizer.get().eosId()
            || (template.writesSpecialTokens() && tokenizer.get().isSpecial(last));
    return labelled(id, ended ? ids : concatenate(ids, new int[] {tokenizer.get().eosId()}), start);
  }

  /**
   * How many tokens belong to the sample: all up to the first special one after the answer, which
   * ends the turn; if there is none, all that reach into the answer.
   */
  private int end(Tokenizer.Tokens tokens, int answerEnd) {
    int count = tokens.ids().length;
    int reaching = count;
    while (reaching > 0 && !isWithin(tokens.ends()[reaching - 1], answerEnd)) {
      reaching--;
    }
    boolean cutShort = reaching > 0 && tokens.ends()[reaching - 1] < answerEnd;
    reaching += cutShort && reaching < count ? 1 : 0;
    for (int i = reaching; i < count; i++) {
      if (tokenizer.get().isSpecial(tokens.ids()[i])) {
        return i + 1;
      }
    }
    return reaching;
  }

  private static boolean isWithin(int tokenEnd, int answerEnd) {
    return tokenEnd > 0 && tokenEnd <= answerEnd;
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
              "Sample %s has %d tokens; the model's context is %d.%nShorten it or split it; texts"
                  + " are cut by chunk_tokens in a recipe, --chunk-tokens elsewhere.",
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
