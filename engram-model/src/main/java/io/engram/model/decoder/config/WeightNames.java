package io.engram.model.decoder.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a family calls its weights, as Hugging Face files have them.
 *
 * @param embedding input embedding, {@code [V, C]}
 * @param positions position embedding, {@code [positions, C]}; null: there is none
 * @param finalNorm gain of the last norm, {@code [C]}; meaningless if there is no last norm
 * @param ownHead LM head, {@code [V, C]}; absent where the head is tied
 * @param layers the prefix before a layer's number
 * @param parts the parts of a layer
 */
public record WeightNames(
    String embedding,
    @Nullable String positions,
    String finalNorm,
    String ownHead,
    String layers,
    LayerNames parts) {
  /** Llama's. */
  public static final WeightNames LLAMA =
      new WeightNames(
          "model.embed_tokens.weight",
          null,
          "model.norm.weight",
          "lm_head.weight",
          "model.layers.",
          LayerNames.LLAMA);

  /** The same with other parts of the layers. */
  public WeightNames withParts(LayerNames other) {
    return new WeightNames(embedding, positions, finalNorm, ownHead, layers, other);
  }

  /** Start of the names of layer i, without the dot after it. */
  public String layer(int i) {
    return layers + i;
  }

  /** The name of a part of layer i. */
  public String in(int i, String part) {
    return layers + i + "." + part;
  }

  /** Start of the names of everything but the head, dot included. */
  public String base() {
    return embedding.substring(0, embedding.indexOf('.') + 1);
  }

  /** Which layer a weight belongs to; empty if it belongs to none. */
  public OptionalInt layerOf(String weight) {
    if (!weight.startsWith(layers)) {
      return OptionalInt.empty();
    }
    int dot = weight.indexOf('.', layers.length());
    String number = dot < 0 ? "" : weight.substring(layers.length(), dot);
    return number.matches("\\d{1,9}")
        ? OptionalInt.of(Integer.parseInt(number))
        : OptionalInt.empty();
  }

  /** Every weight that a model of this configuration has, with its shape, in order of use. */
  public static Map<String, long[]> shapes(DecoderConfig config) {
    return new WeightShapes(config).all();
  }

  /** Lists a model's weights with their shapes. */
  static final class WeightShapes {
    private final DecoderConfig config;
    private final Shape shape;
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    WeightShapes(DecoderConfig config) {
      this.config = config;
      this.shape = config.shape();
    }

    /** In the order in which the decoder uses them. */
    Map<String, long[]> all() {
      WeightNames names = config.names();
      shapes.put(names.embedding(), new long[] {shape.vocabulary(), shape.hidden()});
      if (names.positions() != null) {
        long rows = shape.maxPositions() + (long) config.structure().firstPosition();
        shapes.put(names.positions(), new long[] {rows, shape.hidden()});
      }
      for (int i = 0; i < shape.layers(); i++) {
        attention(names.layer(i) + ".", names.parts());
        mlp(names.layer(i) + ".", names.parts());
      }
      norm("", config.structure().lastNorm() ? names.finalNorm() : null, shape.hidden());
      if (!config.tiedHead()) {
        shapes.put(names.ownHead(), new long[] {shape.vocabulary(), shape.hidden()});
      }
      return shapes;
    }

    private void attention(String layer, LayerNames parts) {
      long hidden = shape.hidden();
      long q = shape.queryWidth();
      long kv = shape.keyWidth();
      boolean bias = config.attention().inputBias();
      norm(layer, parts.attentionNorm(), hidden);
      linear(layer, parts.query(), q, hidden, bias);
      linear(layer, parts.key(), kv, hidden, bias);
      linear(layer, parts.value(), kv, hidden, bias);
      linear(layer, parts.queryKeyValue(), q + 2 * kv, hidden, bias);
      switch (config.attention().queryKeyNorm()) {
        case NONE -> {}
        case EACH_HEAD -> {
          norm(layer, parts.queryNorm(), shape.headDim());
          norm(layer, parts.keyNorm(), shape.headDim());
        }
        case ALL_HEADS -> {
          norm(layer, parts.queryNorm(), q);
          norm(layer, parts.keyNorm(), kv);
        }
      }
      linear(layer, parts.output(), hidden, q, config.attention().outputBias());
      norm(layer, parts.attentionPostNorm(), hidden);
    }

    private void mlp(String layer, LayerNames parts) {
      long hidden = shape.hidden();
      long wide = shape.intermediate();
      boolean bias = config.mlp().bias();
      norm(layer, parts.mlpNorm(), hidden);
      linear(layer, parts.gate(), wide, hidden, bias);
      linear(layer, parts.up(), wide, hidden, bias);
      linear(layer, parts.gateUp(), 2 * wide, hidden, bias);
      linear(layer, parts.down(), hidden, wide, bias);
      norm(layer, parts.mlpPostNorm(), hidden);
    }

    private void norm(String layer, @Nullable String part, long width) {
      if (part != null) {
        shapes.put(layer + part, new long[] {width});
        if (config.norm().kind() == NormSettings.Kind.LAYER) {
          shapes.put(LayerNames.biasOf(layer + part), new long[] {width});
        }
      }
    }

    private void linear(String layer, @Nullable String part, long out, long in, boolean bias) {
      if (part == null) {
        return;
      }
      boolean transposed = config.structure().transposed();
      shapes.put(
          layer + part + ".weight", transposed ? new long[] {in, out} : new long[] {out, in});
      if (bias) {
        shapes.put(layer + part + ".bias", new long[] {out});
      }
    }
  }
}
