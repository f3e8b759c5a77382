package io.engram.model.decoder;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists a model's weights with their shapes. */
final class WeightShapes {
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
        shapes.put(Norm.biasOf(layer + part), new long[] {width});
      }
    }
  }

  private void linear(String layer, @Nullable String part, long out, long in, boolean bias) {
    if (part == null) {
      return;
    }
    boolean transposed = config.structure().transposed();
    shapes.put(layer + part + ".weight", transposed ? new long[] {in, out} : new long[] {out, in});
    if (bias) {
      shapes.put(layer + part + ".bias", new long[] {out});
    }
  }
}
