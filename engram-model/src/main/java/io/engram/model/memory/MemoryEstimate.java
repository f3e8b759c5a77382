package io.engram.model.memory;

import io.engram.model.ModelSize;
import io.engram.model.decoder.LmHead;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.TrainingScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Estimates how much CPU memory a model takes from its shape, the number format, what is trained
 * and how many tokens a pass has. It is meant to be an upper bound; measured peaks are within a
 * fifth of it (docs/memory.md).
 */
public record MemoryEstimate(ModelSize size) {
  /** Java, its libraries and libtorch's, before a model is opened. */
  private static final long BASE = 600L << 20;

  /**
   * A training pass.
   *
   * @param tokens maximum per pass
   * @param checkpointed whether layers are computed again for their gradients
   * @param copies of the trained numbers, beside weights, gradient and optimiser state
   * @param reference what is kept of the starting model
   */
  public record Training(
      TrainingScope scope,
      OptimizerSettings optimizer,
      int tokens,
      boolean checkpointed,
      int copies,
      Reference reference) {}

  /** What is kept of the starting model. */
  public enum Reference {
    /** A few numbers per sample. */
    NUMBERS,
    /** Its head, for distributions. */
    HEAD,
    /** All of it. */
    MODEL
  }

  /** What an open model holds itself before it computes anything; mapped weights are not in it. */
  public long opened() {
    return ownWeights(false, size.merged());
  }

  /** Scoring or generating with passes of this many tokens. */
  public MemoryNeed scoring(int tokens) {
    Map<String, Long> own = start();
    own.put("weights", ownWeights(false, size.merged()));
    long states = (long) tokens * size.config().hiddenSize() * size.dtype().sizeBytes();
    own.put("activations", tokens * layer().forward() + 3 * states);
    own.put("logits", logits(tokens));
    return new MemoryNeed(mappedWeights(false), own);
  }

  /** Training, and the scoring that goes with it. */
  public MemoryNeed training(Training training) {
    boolean all = training.scope().lora() == null;
    long trained = trainedNumbers(training.scope());
    int moments = training.optimizer().algorithm() == OptimizerSettings.Algorithm.ADAMW ? 2 : 1;
    boolean noState = moments == 1 && training.optimizer().momentum() == 0;
    long w = all ? size.dtype().sizeBytes() : Float.BYTES;
    Map<String, Long> own = start();
    own.put("weights", ownWeights(all, true) + (all ? 0 : trained * w));
    own.put("gradients", (1 + training.copies()) * trained * w);
    own.put("optimizer", noState ? 0 : moments * trained * w);
    own.put("activations", activations(training));
    own.put("logits", 2 * logits(training.tokens()));
    own.put("reference", reference(training.reference()));
    return new MemoryNeed(mappedWeights(all), own);
  }

  /**
   * Scoring the model that was trained.
   *
   * @param amid whether training continues afterwards, so that its state takes memory too
   */
  public MemoryNeed scoringTrained(Training training, boolean amid) {
    MemoryNeed trained = training(training);
    Map<String, Long> own = start();
    own.putAll(scoring(training.tokens()).own());
    List<String> kept =
        amid ? List.of("weights", "gradients", "optimizer", "reference") : List.of("weights");
    kept.forEach(part -> own.put(part, trained.own().getOrDefault(part, 0L)));
    return new MemoryNeed(trained.mapped(), own);
  }

  /**
   * MRD by perturbed weights: one layer, or the embedding, of a pair's two noisy float32 models
   * exists at a time, with every batch's states between layers.
   *
   * @param tokens maximum per pass
   * @param all tokens of all samples
   */
  public MemoryNeed perturbed(int tokens, long all) {
    long group = 0;
    long largest = 0;
    long layer = 0;
    int last = -1;
    for (Map.Entry<String, long[]> weight : size.shapes().entrySet()) {
      long own = ModelSize.numbers(weight.getValue());
      int number = size.config().names().layerOf(weight.getKey()).orElse(-1);
      layer = number == last && number >= 0 ? layer + own : own;
      last = number;
      largest = Math.max(largest, own);
      group = Math.max(group, layer);
    }
    ModelSize wide = size.in(Dtype.FLOAT32);
    Map<String, Long> own = start();
    own.put("weights", ownWeights(false, size.merged()));
    own.put("noisy weights", 2 * Float.BYTES * (group + largest));
    own.put("states", 2 * Float.BYTES * all * size.config().hiddenSize());
    own.put("activations", tokens * new LayerBytes(size.config(), Dtype.FLOAT32).forward());
    own.put("logits", new MemoryEstimate(wide).logits(tokens));
    return new MemoryNeed(mappedWeights(false), own);
  }

  private static Map<String, Long> start() {
    Map<String, Long> own = new LinkedHashMap<>();
    own.put("program", BASE);
    return own;
  }

  private LayerBytes layer() {
    return new LayerBytes(size.config(), size.dtype());
  }

  /** A second model of mapped weights shares them with the first. */
  private long reference(Reference kept) {
    long w = size.dtype().sizeBytes();
    return switch (kept) {
      case NUMBERS -> 0;
      case HEAD -> w * size.config().vocabularySize() * size.config().hiddenSize();
      case MODEL -> ownWeights(false, size.merged());
    };
  }

  private long activations(Training training) {
    DecoderConfig config = size.config();
    long one =
        layer().forward() + layer().adapters(training.scope(), layerShapes(training.scope()));
    long state = (long) config.hiddenSize() * size.dtype().sizeBytes();
    long kept = training.checkpointed() ? config.layers() * state + one : config.layers() * one;
    return training.tokens() * (kept + layer().backward() + 3 * state);
  }

  /** The weights of the first layer that the scope reaches, by their names. */
  private Map<String, long[]> layerShapes(TrainingScope scope) {
    int first = scope.layers().isEmpty() ? 0 : scope.layers().get(0);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    size.shapes()
        .forEach(
            (name, shape) -> {
              OptionalInt layer = size.config().names().layerOf(name);
              if (layer.isPresent() && layer.getAsInt() == first && shape.length == 2) {
                shapes.put(name, shape);
              }
            });
    return shapes;
  }

  /** How many numbers the optimiser changes. */
  private long trainedNumbers(TrainingScope scope) {
    return size.shapes().entrySet().stream()
        .filter(weight -> scope.includes(size.config().names(), weight.getKey()))
        .mapToLong(
            weight -> {
              long[] shape = weight.getValue();
              TrainingScope.Lora lora = scope.lora();
              if (lora == null) {
                return ModelSize.numbers(shape);
              }
              boolean inLayer =
                  size.config().names().layerOf(weight.getKey()).isPresent() && shape.length == 2;
              return inLayer && lora.isTarget(weight.getKey())
                  ? lora.rank() * (shape[0] + shape[1])
                  : 0;
            })
        .sum();
  }

  /** A chunk's logits, at least float32, their copy in the model's format, and the way back. */
  private long logits(int tokens) {
    long rows = Math.min(tokens, LmHead.CHUNK_ROWS);
    int bytes = size.dtype().sizeBytes() < Float.BYTES ? 4 + 2 : size.dtype().sizeBytes();
    return rows * size.config().vocabularySize() * bytes;
  }

  /**
   * Weights that are changed in place, or have an adapter merged in, are no longer mapped from the
   * file.
   */
  private long ownWeights(boolean changed, boolean merged) {
    long w = size.dtype().sizeBytes();
    boolean copied = changed || !size.mapped();
    return copied ? size.parameters() * w : merged ? size.adapted() * w : 0;
  }

  private long mappedWeights(boolean changed) {
    return size.mapped() && !changed ? size.parameters() * size.dtype().sizeBytes() : 0;
  }

  /**
   * Bytes per token and layer, from what the decoder computes there: all of a layer's tensors live
   * until the layer is done, or with gradients until the pass is.
   *
   * <p>With C hidden, Q and K the widths of queries and keys, I that of the MLP and w bytes a
   * number: two norms, two outputs and two sums {@code 6wC}; projection and rotation of queries and
   * keys {@code 5w(Q + K)}; values {@code wK}; attention's result and its copy in order of tokens
   * {@code 2wQ}; the MLP's gate, activation, up and product {@code 4wI}. In 16 bits attention is
   * computed on float32 copies, {@code 4(2Q + 2K)} more.
   */
  record LayerBytes(DecoderConfig config, Dtype dtype) {
    /** For the forward pass. */
    long forward() {
      long w = dtype.sizeBytes();
      long q = config.shape().queryWidth();
      long k = config.shape().keyWidth();
      long all =
          w * (6L * config.hiddenSize() + 5 * (q + k) + k + 2 * q + 4L * config.intermediateSize());
      return w < 4 ? all + 4 * (2 * q + 2 * k) : all;
    }

    /** What adapters' float32 paths add to the forward pass, by the shapes under them. */
    long adapters(TrainingScope scope, Map<String, long[]> layer) {
      TrainingScope.Lora lora = scope.lora();
      if (lora == null) {
        return 0;
      }
      long w = dtype.sizeBytes();
      return layer.entrySet().stream()
          .filter(weight -> lora.isTarget(weight.getKey()))
          .mapToLong(
              weight -> {
                boolean transposed = config.structure().transposed();
                long out = weight.getValue()[transposed ? 1 : 0];
                long in = weight.getValue()[transposed ? 0 : 1];
                return 4 * (in + lora.rank() + 2 * out) + 2 * w * out;
              })
          .sum();
    }

    /**
     * What the backward pass of a layer adds to the forward pass's tensors: gradients of the MLP's
     * three wide tensors and of attention's, each until it is used.
     */
    long backward() {
      return forward() / 2;
    }
  }
}
