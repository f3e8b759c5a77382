package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Torch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Vectors of texts: the mean (or the first) of an encoder's last hidden states, as
 * sentence-transformers makes them of models such as all-MiniLM-L6-v2.
 *
 * <p>Blanks around a text are cut, texts longer than {@link #mostTokens} are cut at their end. A
 * text's vector depends on the other texts of its batch only through rounding.
 *
 * <p>Owns native memory; close it. One thread at a time may use it.
 *
 * <p><b>Source:</b> Reimers &amp; Gurevych, Sentence-BERT (2019); cutting blanks as in
 * sentence-transformers 1 to 5.
 */
public final class SentenceEmbedder implements AutoCloseable {
  /** Shorter vectors aren't scaled to length 1, as in torch's normalize. */
  private static final double LEAST_NORM = 1e-12;

  private final SentenceFolder settings;
  private final int dimension;
  private final String hash;
  private final Encoder encoder;
  private final EncoderTokenizer tokenizer;
  private final TextBatches batches;

  private SentenceEmbedder(Path folder, Device device, int batchTokens) {
    this.settings = SentenceFolder.read(folder);
    EncoderFolder model = EncoderFolder.read(settings.model());
    this.dimension = model.config().hiddenSize();
    Torch.load();
    this.tokenizer = EncoderTokenizer.open(model.path(), model.config(), settings.maxTokens());
    try {
      EncoderNames names = EncoderNames.of(model.path(), model.config().family());
      this.encoder = new Encoder(model.path(), model.config(), names, Map.of(), device);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
    this.batches = new TextBatches(folder, encoder, tokenizer, batchTokens);
    this.hash = model.hash(settings.files());
  }

  /**
   * Opens a sentence-transformers folder, or a Hugging Face folder of an encoder, whose tokens are
   * then averaged.
   *
   * @param batchTokens maximum tokens in a pass
   * @throws EngramException if it can't be opened, naming what is missing, damaged or not supported
   */
  public static SentenceEmbedder open(Path folder, Device device, int batchTokens) {
    return new SentenceEmbedder(folder, device, batchTokens);
  }

  /** The dimension of a vector. */
  public int dimension() {
    return dimension;
  }

  /** Longest text in tokens, with the special ones. */
  public int mostTokens() {
    return tokenizer.mostTokens();
  }

  /** SHA-256 over the files that decide a vector. */
  public String hash() {
    return hash;
  }

  /**
   * A vector for each text, even an empty one.
   *
   * @return {@code [texts][dimension]}
   * @throws EngramException if a number isn't finite
   */
  public List<float[]> embed(List<String> texts) {
    List<String> cleaned = texts.stream().map(this::clean).toList();
    return Arrays.stream(batches.run(cleaned, this::pool)).map(SentenceEmbedder::floats).toList();
  }

  private Tensor pool(Tensor hidden, PackedBatch batch) {
    Tensor pooled = settings.pooling().apply(hidden, batch, encoder.device());
    if (!settings.normalized()) {
      return pooled;
    }
    Tensor norms = pooled.norm(new ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
    return pooled.div(norms.clamp_min(new Scalar(LEAST_NORM)));
  }

  private String clean(String text) {
    String stripped = strip(text);
    return settings.lowerCase() ? stripped.toLowerCase(Locale.ROOT) : stripped;
  }

  /** Without the blanks around it, no-break spaces and U+0085 too: what Python's strip cuts. */
  static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  @Override
  public void close() {
    encoder.close();
    tokenizer.close();
  }
}
