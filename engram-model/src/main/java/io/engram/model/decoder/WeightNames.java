package io.engram.model.decoder;

import java.util.LinkedHashMap;
import java.util.Map;

/** Hugging Face names of a decoder's weights, with their shapes; the one place that knows them. */
public final class WeightNames {
  /** Input embedding, {@code [V, C]}. */
  public static final String EMBEDDING = "model.embed_tokens.weight";

  /** Gain of the last norm, {@code [C]}. */
  public static final String FINAL_NORM = "model.norm.weight";

  /** Output head, {@code [V, C]}; absent where the head is tied. */
  public static final String HEAD = "lm_head.weight";

  private WeightNames() {}

  /** Start of the names of layer i. */
  public static String layer(int i) {
    return "model.layers." + i;
  }

  /** The head's weight: its own, or the embedding where it's tied. */
  public static String head(DecoderConfig config) {
    return config.tiedHead() ? EMBEDDING : HEAD;
  }

  /** Every weight that a model of this configuration has, with its shape, in order of use. */
  public static Map<String, long[]> shapes(DecoderConfig config) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    long hidden = config.hiddenSize();
    long wide = config.intermediateSize();
    long q = (long) config.heads() * config.headDim();
    long kv = (long) config.kvHeads() * config.headDim();
    shapes.put(EMBEDDING, new long[] {config.vocabularySize(), hidden});
    for (int i = 0; i < config.layers(); i++) {
      String attention = layer(i) + ".self_attn";
      String mlp = layer(i) + ".mlp";
      shapes.put(layer(i) + ".input_layernorm.weight", new long[] {hidden});
      linear(shapes, attention + ".q_proj", q, hidden, config.attentionBias());
      linear(shapes, attention + ".k_proj", kv, hidden, config.attentionBias());
      linear(shapes, attention + ".v_proj", kv, hidden, config.attentionBias());
      linear(shapes, attention + ".o_proj", hidden, q, config.attentionBias());
      shapes.put(layer(i) + ".post_attention_layernorm.weight", new long[] {hidden});
      linear(shapes, mlp + ".gate_proj", wide, hidden, config.mlpBias());
      linear(shapes, mlp + ".up_proj", wide, hidden, config.mlpBias());
      linear(shapes, mlp + ".down_proj", hidden, wide, config.mlpBias());
    }
    shapes.put(FINAL_NORM, new long[] {hidden});
    if (!config.tiedHead()) {
      shapes.put(HEAD, new long[] {config.vocabularySize(), hidden});
    }
    return shapes;
  }

  private static void linear(
      Map<String, long[]> shapes, String prefix, long out, long in, boolean bias) {
    shapes.put(prefix + ".weight", new long[] {out, in});
    if (bias) {
      shapes.put(prefix + ".bias", new long[] {out});
    }
  }
}
