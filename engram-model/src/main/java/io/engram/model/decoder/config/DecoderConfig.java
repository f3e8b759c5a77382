package io.engram.model.decoder.config;

import java.util.List;

/**
 * A decoder's configuration: everything the decoder needs to know of a config.json.
 *
 * @param modelType the family's {@code model_type}
 * @param shape its sizes
 * @param norm its norms
 * @param attention its attention
 * @param mlp its MLPs
 * @param rotaries its rotary positions, by number
 * @param layerKinds what each layer's attention does, {@code [L]}
 * @param embeddingScale embedded tokens are multiplied by this
 * @param logitCap c of {@code c·tanh(logit / c)}; 0: none
 * @param structure how its parts are put together
 * @param tiedHead whether the LM head is the embedding
 * @param initializerRange standard deviation of new weights
 * @param names what its weights are called, and with that how a layer is built
 */
public record DecoderConfig(
    String modelType,
    Shape shape,
    NormSettings norm,
    AttentionSettings attention,
    MlpSettings mlp,
    List<RotarySettings> rotaries,
    List<LayerKind> layerKinds,
    double embeddingScale,
    double logitCap,
    Structure structure,
    boolean tiedHead,
    double initializerRange,
    WeightNames names) {
  /** Keeps the lists as they are now. */
  public DecoderConfig {
    rotaries = List.copyOf(rotaries);
    layerKinds = List.copyOf(layerKinds);
  }

  /** V. */
  public int vocabularySize() {
    return shape.vocabulary();
  }

  /** C. */
  public int hiddenSize() {
    return shape.hidden();
  }

  /** Width of the MLP. */
  public int intermediateSize() {
    return shape.intermediate();
  }

  /** L. */
  public int layers() {
    return shape.layers();
  }

  /** H. */
  public int heads() {
    return shape.heads();
  }

  /** G. */
  public int kvHeads() {
    return shape.kvHeads();
  }

  /** D. */
  public int headDim() {
    return shape.headDim();
  }

  /** The context length in tokens. */
  public int maxPositions() {
    return shape.maxPositions();
  }

  /** The head's weight: its own, or the embedding where it's tied. */
  public String lmHeadName() {
    return tiedHead ? names.embedding() : names.ownHead();
  }

  /** The same with other attention. */
  public DecoderConfig withAttention(AttentionSettings other) {
    return new DecoderConfig(
        modelType,
        shape,
        norm,
        other,
        mlp,
        rotaries,
        layerKinds,
        embeddingScale,
        logitCap,
        structure,
        tiedHead,
        initializerRange,
        names);
  }

  /** The same with other MLPs. */
  public DecoderConfig withMlp(MlpSettings other) {
    return new DecoderConfig(
        modelType,
        shape,
        norm,
        attention,
        other,
        rotaries,
        layerKinds,
        embeddingScale,
        logitCap,
        structure,
        tiedHead,
        initializerRange,
        names);
  }

  /** The same with other layers. */
  public DecoderConfig withLayers(List<RotarySettings> newRotaries, List<LayerKind> newKinds) {
    return new DecoderConfig(
        modelType,
        shape,
        norm,
        attention,
        mlp,
        newRotaries,
        newKinds,
        embeddingScale,
        logitCap,
        structure,
        tiedHead,
        initializerRange,
        names);
  }

  /** The same with other names. */
  public DecoderConfig withNames(WeightNames other) {
    return new DecoderConfig(
        modelType,
        shape,
        norm,
        attention,
        mlp,
        rotaries,
        layerKinds,
        embeddingScale,
        logitCap,
        structure,
        tiedHead,
        initializerRange,
        other);
  }

  /** The same with scaled embeddings, capped logits and other norms. */
  public DecoderConfig withNumbers(
      NormSettings newNorm, double newEmbeddingScale, double newLogitCap) {
    return new DecoderConfig(
        modelType,
        shape,
        newNorm,
        attention,
        mlp,
        rotaries,
        layerKinds,
        newEmbeddingScale,
        newLogitCap,
        structure,
        tiedHead,
        initializerRange,
        names);
  }

  /**
   * How a model's MLPs are computed.
   *
   * @param activation applied to the gate, or to the up projection if there is no gate
   * @param bias whether its linear layers have biases
   */
  public record MlpSettings(ActivationFunction activation, boolean bias) {}

  /**
   * How the parts of a decoder are put together.
   *
   * @param residual how a layer's parts add up
   * @param transposed whether the weights of the layers' linear parts are stored {@code [in, out]}
   * @param firstPosition the row of the position embedding that a sequence's first token has;
   *     meaningless without such an embedding
   * @param lastNorm whether a norm comes after the last layer
   * @param newOutputs the factor on the standard deviation of new weights in the projections that
   *     end attention and MLP
   */
  public record Structure(
      Residual residual,
      boolean transposed,
      int firstPosition,
      boolean lastNorm,
      double newOutputs) {
    /** As Llama and its descendants are built. */
    public static final Structure PLAIN = new Structure(Residual.SEQUENTIAL, false, 0, true, 1);

    /**
     * How a layer computes y from x; a norm that a family doesn't have leaves its input unchanged.
     */
    public enum Residual {
      /** {@code h = x + post(attention(pre(x)))}, then {@code y = h + post(mlp(pre(h)))}. */
      SEQUENTIAL,
      /** {@code y = x + attention(pre(x)) + mlp(pre'(x))}. */
      PARALLEL,
      /** {@code h = post(x + attention(x))}, then {@code y = post(h + mlp(h))}. */
      NORMED_SUMS
    }
  }
}
