package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Torch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Probabilities of classes by a fine-tuned encoder, such as Toxic-BERT. Texts longer than {@link
 * #mostTokens} are cut at their end.
 *
 * <p>Owns native memory; close it. One thread at a time may use it.
 */
public final class SequenceClassifier implements AutoCloseable {
  private final ClassLabels labels;
  private final ClassificationHead head;
  private final String hash;
  private final Encoder encoder;
  private final EncoderTokenizer tokenizer;
  private final TextBatches batches;

  private SequenceClassifier(Path folder, Device device, int batchTokens, int mostTokens) {
    EncoderFolder model = EncoderFolder.read(folder);
    EncoderConfig config = model.config();
    this.labels = ClassLabels.read(model.json(), folder.resolve("config.json"));
    Torch.load();
    this.tokenizer = EncoderTokenizer.open(folder, config, mostTokens);
    try {
      EncoderNames names = EncoderNames.of(folder, config.family());
      this.head = new ClassificationHead(names);
      Map<String, long[]> shapes = head.shapes(config, labels.names().size());
      this.encoder = new Encoder(folder, config, names, shapes, device);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
    this.batches = new TextBatches(folder, encoder, tokenizer, batchTokens);
    this.hash = model.hash(List.of());
  }

  /**
   * Opens the Hugging Face folder of a sequence classifier of the BERT, RoBERTa or DistilBERT kind.
   *
   * @param batchTokens tokens that go through it at once
   * @throws EngramException if it can't be opened, naming what is missing, damaged or not supported
   */
  public static SequenceClassifier open(Path folder, Device device, int batchTokens) {
    return open(folder, device, batchTokens, 0);
  }

  /**
   * The same with texts cut elsewhere than the tokenizer has it.
   *
   * @param mostTokens longest text in tokens with the special ones, as far as the model has
   *     positions; 0: the tokenizer's own
   */
  public static SequenceClassifier open(
      Path folder, Device device, int batchTokens, int mostTokens) {
    return new SequenceClassifier(folder, device, batchTokens, mostTokens);
  }

  /** Names of the classes, in the model's order. */
  public List<String> labels() {
    return labels.names();
  }

  /** Whether exactly one class holds, so that probabilities add up to 1; else each may hold. */
  public boolean exclusive() {
    return labels.exclusive();
  }

  /** Longest text in tokens, with the special ones. */
  public int mostTokens() {
    return tokenizer.mostTokens();
  }

  /** SHA-256 over the files that decide a probability. */
  public String hash() {
    return hash;
  }

  /**
   * Each text's probability of every class: softmax of the logits where classes are {@link
   * #exclusive}, else the sigmoid of each.
   *
   * @return by class, in the order of {@link #labels}; each in [0, 1]
   * @throws EngramException if a number isn't finite
   */
  public List<Map<String, Double>> probabilities(List<String> texts) {
    double[][] rows =
        batches.run(
            texts,
            (hidden, batch) -> {
              Tensor logits = head.logits(encoder, hidden, batch).to(ScalarType.Double);
              return labels.exclusive() ? torch.softmax(logits, 1) : torch.sigmoid(logits);
            });
    return Arrays.stream(rows).map(labels::named).toList();
  }

  /** Each text's logits, {@code [texts][K]}. */
  double[][] logits(List<String> texts) {
    return batches.run(texts, (hidden, batch) -> head.logits(encoder, hidden, batch));
  }

  @Override
  public void close() {
    encoder.close();
    tokenizer.close();
  }
}
