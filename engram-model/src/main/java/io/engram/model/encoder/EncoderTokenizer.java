package io.engram.model.encoder;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.engram.core.EngramException;
import io.engram.model.checkpoint.SettingsFile;
import io.engram.model.text.NativeTokenizer;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * An encoder's own tokenizer: it adds its special tokens, and cuts texts that are too long at their
 * end, before the closing special tokens.
 */
final class EncoderTokenizer implements AutoCloseable {
  private static final String FILE = "tokenizer.json";

  private final HuggingFaceTokenizer tokenizer;
  private final Path file;
  private final int vocabularySize;
  private final int mostTokens;

  private EncoderTokenizer(
      HuggingFaceTokenizer tokenizer, Path file, int vocabularySize, int mostTokens) {
    this.tokenizer = tokenizer;
    this.file = file;
    this.vocabularySize = vocabularySize;
    this.mostTokens = mostTokens;
  }

  /**
   * Opens a folder's tokenizer.
   *
   * @param wanted longest text in tokens with the special ones; 0: the tokenizer's own. The model's
   *     positions limit both
   * @throws EngramException if it's missing, isn't a tokenizer, contradicts tokenizer_config.json,
   *     or marks no text with special tokens
   */
  static EncoderTokenizer open(Path folder, EncoderConfig config, int wanted) {
    Path file = folder.resolve(FILE);
    JsonNode json = EncoderFolder.JsonFile.read(file);
    JsonNode settings = EncoderFolder.JsonFile.readIfThere(folder.resolve("tokenizer_config.json"));
    requireSupported(folder, json, settings);
    double own = settings.path("model_max_length").asDouble(Double.POSITIVE_INFINITY);
    int most = (int) Math.min(wanted > 0 ? wanted : own, config.mostTokens());
    HuggingFaceTokenizer library = NativeTokenizer.open(SettingsFile.bytes(file), file.toString());
    EncoderTokenizer opened = new EncoderTokenizer(library, file, config.vocabularySize(), most);
    try {
      opened.requireSpecialTokens();
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private static void requireSupported(Path folder, JsonNode json, JsonNode settings) {
    Path named = folder.resolve("tokenizer_config.json");
    JsonNode side = settings.path("truncation_side");
    if (!side.isMissingNode() && !side.asString("").equals("right")) {
      throw EngramException.file(
          named + ": truncation_side " + side + " is not supported; \"right\" is.");
    }
    JsonNode lower = settings.path("do_lower_case");
    JsonNode lowered = json.path("normalizer").path("lowercase");
    if (lower.isBoolean() && lowered.isBoolean() && !lower.equals(lowered)) {
      throw EngramException.file(
          "%s: do_lower_case is %s, and lowercase in %s is %s; which one is right is not known."
              .formatted(named, lower, FILE, lowered));
    }
  }

  private void requireSpecialTokens() {
    int special = encodeWhole("").getIds().length;
    if (special == 0) {
      throw EngramException.file(
          file + " adds no special tokens to a text; an encoder's begins with a class token.");
    }
    if (mostTokens <= special) {
      throw EngramException.file(
          "%s: a text of at most %d tokens has no room for words beside %d special tokens"
                  .formatted(file.getParent(), mostTokens, special)
              + " (max_seq_length, model_max_length, max_position_embeddings).");
    }
  }

  /** Longest text in tokens, with the special ones. */
  int mostTokens() {
    return mostTokens;
  }

  /**
   * A text's token ids: at least one, at most {@link #mostTokens}.
   *
   * @throws EngramException if one isn't a token of the model's vocabulary
   */
  int[] encode(String text) {
    Encoding encoding = encodeWhole(text);
    long[] ids = encoding.getIds();
    int closing = closing(encoding.getSpecialTokenMask());
    int kept = Math.min(ids.length, mostTokens);
    int[] cut = new int[kept];
    for (int i = 0; i < kept; i++) {
      int from = i < kept - closing ? i : ids.length - kept + i;
      cut[i] = requireKnown(ids[from]);
    }
    return cut;
  }

  private Encoding encodeWhole(String text) {
    return NativeTokenizer.encode(tokenizer, text, true, file.toString());
  }

  /** How many special tokens end the text; the mask doesn't count those that the text spells. */
  private static int closing(long[] mask) {
    int count = 0;
    while (count < mask.length && mask[mask.length - 1 - count] == 1) {
      count++;
    }
    return count == mask.length ? 0 : count;
  }

  private int requireKnown(long id) {
    if (id < 0 || id >= vocabularySize) {
      throw EngramException.file(
          "%s gives the token %d; the model's config.json has a vocab_size of %d."
              .formatted(file, id, vocabularySize));
    }
    return (int) id;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
