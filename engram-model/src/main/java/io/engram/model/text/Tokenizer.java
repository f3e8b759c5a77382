package io.engram.model.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A model's own tokenizer, read from its tokenizer.json by the Hugging Face library. */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final int eosId;

  private Tokenizer(HuggingFaceTokenizer tokenizer, int eosId) {
    this.tokenizer = tokenizer;
    this.eosId = eosId;
  }

  /**
   * A text's tokens with the characters they cover.
   *
   * @param ids token ids, special tokens as the tokenizer adds them, {@code [T]}
   * @param ends end of each token's span, in UTF-16 units of the text; 0 for tokens that cover none
   */
  public record Tokens(int[] ids, int[] ends) {}

  /**
   * Opens a folder's tokenizer.json.
   *
   * @param eosId the end token
   * @throws EngramException if the file is missing or not a tokenizer
   */
  public static Tokenizer open(Path folder, int eosId) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw EngramException.file(
          folder + " has no tokenizer.json; a Hugging Face model folder has one.");
    }
    try {
      HuggingFaceTokenizer opened =
          HuggingFaceTokenizer.newInstance(
              file, Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true"));
      return new Tokenizer(opened, eosId);
    } catch (IOException | RuntimeException e) {
      throw EngramException.file(file + " is not a tokenizer: " + e.getMessage(), e);
    }
  }

  /** Tokenises a text, with the special tokens that the tokenizer adds by itself. */
  public Tokens encodeWithEnds(String text) {
    Encoding encoding = tokenizer.encode(text, true, false);
    long[] longs = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] ids = new int[longs.length];
    int[] ends = new int[longs.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(longs[i]);
      // Spans count code points; Java strings count UTF-16 units.
      ends[i] = spans[i] == null ? 0 : text.offsetByCodePoints(0, spans[i].getEnd());
    }
    return new Tokens(ids, ends);
  }

  /** Tokenises a text, with the special tokens that the tokenizer adds by itself. */
  public int[] encode(String text) {
    return encodeWithEnds(text).ids();
  }

  /** The text of the tokens, special tokens left out. */
  public String decode(int[] ids) {
    long[] longs = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      longs[i] = ids[i];
    }
    return tokenizer.decode(longs, true);
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
