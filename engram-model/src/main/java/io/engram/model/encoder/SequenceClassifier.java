package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;

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
   * @param batchTokens maximum tokens in a pass
   * @throws EngramException if it can't be opened, naming what is missing, damaged or not supported
   */
  public static SequenceClassifier open(Path folder, Device device, int batchTokens) {
    return open(folder, device, batchTokens, 0);
  }

  /**
   * The same with another maximum length than the tokenizer's.
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

  /**
   * Whether exactly one class holds, so that probabilities add up to 1; otherwise any number may
   * hold.
   */
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

  /**
   * The classes of a sequence classifier, as its config.json gives them.
   *
   * @param names in the order of the head's outputs
   * @param exclusive whether one of them holds (softmax) or each may (sigmoid)
   */
  record ClassLabels(List<String> names, boolean exclusive) {
    private static final String LABELS = "id2label";
    private static final String KIND = "problem_type";
    private static final String SEVERAL = "multi_label_classification";
    private static final String ONE = "single_label_classification";

    /** Copies the names. */
    ClassLabels {
      names = List.copyOf(names);
    }

    /**
     * Reads the labels; without any there are LABEL_0 and LABEL_1. If the kind isn't given, exactly
     * one of several labels holds; a single label may or may not hold.
     *
     * @throws EngramException if the folder doesn't hold a classifier, or its outputs aren't
     *     probabilities
     */
    static ClassLabels read(JsonNode config, Path file) {
      JsonNode architectures = config.path("architectures");
      boolean none =
          architectures
              .valueStream()
              .noneMatch(a -> a.asString("").endsWith("ForSequenceClassification"));
      if (!architectures.isEmpty() && none) {
        throw EngramException.file(
            file + ": architectures " + architectures + " isn't a sequence classifier.");
      }
      String kind = config.path(KIND).asString("");
      if (!kind.isEmpty() && !kind.equals(SEVERAL) && !kind.equals(ONE)) {
        throw EngramException.file(
            "%s: problem_type %s gives no probabilities; %s and %s do."
                .formatted(file, config.path(KIND), SEVERAL, ONE));
      }
      if (config.hasNonNull("function_to_apply")) {
        throw EngramException.file(file + ": function_to_apply is not supported.");
      }
      List<String> names =
          config.hasNonNull(LABELS)
              ? names(config.path(LABELS), file)
              : List.of("LABEL_0", "LABEL_1");
      return new ClassLabels(names, !kind.equals(SEVERAL) && names.size() > 1);
    }

    private static List<String> names(JsonNode labels, Path file) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < labels.size(); i++) {
        JsonNode name = labels.path(Integer.toString(i));
        if (!name.isString()) {
          throw EngramException.file(
              "%s: id2label has %d labels and none of number %d; they are counted from 0."
                  .formatted(file, labels.size(), i));
        }
        names.add(name.asString());
      }
      if (names.isEmpty() || new HashSet<>(names).size() < names.size()) {
        throw EngramException.file(file + ": id2label " + labels + " must name each class once.");
      }
      return names;
    }

    /** {@code [K]} probabilities by name, in the order of the classes. */
    Map<String, Double> named(double[] probabilities) {
      Map<String, Double> named = new LinkedHashMap<>();
      for (int i = 0; i < probabilities.length; i++) {
        named.put(names.get(i), probabilities[i]);
      }
      return named;
    }
  }

  /**
   * From the first token's hidden state h to logits: {@code W₂ f(W₁ h + b₁) + b₂}. BERT's first
   * layer is its pooler with f = tanh; RoBERTa's is the head's own with tanh, DistilBERT's with
   * ReLU.
   *
   * @param names how the folder calls weights
   */
  record ClassificationHead(EncoderNames names) {
    /** Its weights with their shapes. */
    Map<String, long[]> shapes(EncoderConfig config, int classes) {
      Map<String, long[]> shapes = new LinkedHashMap<>();
      EncoderNames.linear(shapes, first(), config.hiddenSize(), config.hiddenSize());
      EncoderNames.linear(shapes, last(), classes, config.hiddenSize());
      return shapes;
    }

    /**
     * Logits of each text.
     *
     * @param hidden {@code [N, C]}
     * @return {@code [B, K]}
     */
    Tensor logits(Encoder encoder, Tensor hidden, PackedBatch batch) {
      Tensor pooled = encoder.linear(first(), Pooling.CLS.apply(hidden, batch, encoder.device()));
      boolean relu = names.family() == EncoderConfig.Family.DISTILBERT;
      return encoder.linear(last(), relu ? torch.relu(pooled) : torch.tanh(pooled));
    }

    private String first() {
      return switch (names.family()) {
        case BERT -> names.prefix() + "pooler.dense";
        case ROBERTA -> "classifier.dense";
        case DISTILBERT -> "pre_classifier";
      };
    }

    private String last() {
      return names.family() == EncoderConfig.Family.ROBERTA ? "classifier.out_proj" : "classifier";
    }
  }
}
