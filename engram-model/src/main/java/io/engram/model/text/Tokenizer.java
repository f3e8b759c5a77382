package io.engram.model.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.Set;

/** A model's own tokenizer, run by the Hugging Face library. */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final String origin;
  private final int eosId;
  private final Set<Integer> specialIds;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer, String origin, int eosId, Set<Integer> specialIds) {
    this.tokenizer = tokenizer;
    this.origin = origin;
    this.eosId = eosId;
    this.specialIds = specialIds;
  }

  /**
   * A text's tokens with the characters they cover.
   *
   * @param ids token ids, special tokens as the tokenizer adds them, {@code [T]}
   * @param ends end of each token's span, in UTF-16 units of the text; 0 for tokens that cover none
   */
  public record Tokens(int[] ids, int[] ends) {}

  /**
   * Opens a folder's tokenizer.json or tokenizer.model.
   *
   * @param eosId the end token
   * @throws EngramException if both are missing, or it is not a tokenizer
   */
  public static Tokenizer open(Path folder, int eosId) {
    return open(TokenizerFiles.read(folder), eosId);
  }

  static Tokenizer open(TokenizerFiles.Content content, int eosId) {
    HuggingFaceTokenizer opened = NativeTokenizer.open(content.json(), content.origin());
    return new Tokenizer(opened, content.origin(), eosId, content.specialIds());
  }

  /** Tokenises a text, with the special tokens that the tokenizer adds by itself. */
  public Tokens encodeWithEnds(String text) {
    return encodeWithEnds(text, true);
  }

  /**
   * Tokenises a text.
   *
   * @param addSpecial whether to add the special tokens that the tokenizer adds by itself; special
   *     tokens in the text are recognised either way
   * @throws EngramException if the tokenizer can't do it
   */
  public Tokens encodeWithEnds(String text, boolean addSpecial) {
    Encoding encoding = NativeTokenizer.encode(tokenizer, text, addSpecial, origin);
    long[] longs = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    if (spans.length != longs.length) {
      throw EngramException.file(
          "%s covers %d tokens of %d with characters"
              .formatted(origin, spans.length, longs.length));
    }
    int[] ids = new int[longs.length];
    int[] ends = new int[longs.length];
    int codePoints = 0;
    int units = 0;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(longs[i]);
      if (spans[i] != null) {
        // Spans count code points; Java strings count UTF-16 units. Counted on from the last one:
        // a book has a million tokens.
        units = text.offsetByCodePoints(units, spans[i].getEnd() - codePoints);
        codePoints = spans[i].getEnd();
        ends[i] = units;
      }
    }
    return new Tokens(ids, ends);
  }

  /** Tokenises a text, with the special tokens that the tokenizer adds by itself. */
  public int[] encode(String text) {
    return encodeWithEnds(text).ids();
  }

  /** The text of the tokens, without special tokens. */
  public String decode(int[] ids) {
    long[] longs = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      longs[i] = ids[i];
    }
    return tokenizer.decode(longs, true);
  }

  /** Whether a token is special, such as the end of a turn, and not part of any text. */
  public boolean isSpecial(int id) {
    return id == eosId || specialIds.contains(id);
  }

  /** The end token. */
  public int eosId() {
    return eosId;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
