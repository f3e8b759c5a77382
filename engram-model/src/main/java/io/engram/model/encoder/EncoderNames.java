package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.WeightFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Hugging Face names of an encoder's weights; the one place that knows them.
 *
 * @param prefix {@code bert.} in a model that was saved with a head, else empty
 * @param gain what a norm's gain is called: weight, or gamma in the oldest files
 * @param shift what a norm's shift is called: bias, or beta in the oldest files
 */
record EncoderNames(EncoderConfig.Family family, String prefix, String gain, String shift) {
  /**
   * Names of the blocks of a layer; linear layers and norms have a weight and a bias each.
   *
   * @param attended output projection of attention
   * @param up first linear layer of the feed-forward block
   * @param down second linear layer of the feed-forward block
   */
  record Layer(
      String query,
      String key,
      String value,
      String attended,
      String attentionNorm,
      String up,
      String down,
      String outputNorm) {}

  /**
   * Finds out which names a folder uses.
   *
   * @throws EngramException if no weight has a name of this family
   */
  static EncoderNames of(Path folder, EncoderConfig.Family family) {
    Set<String> names = WeightFiles.names(folder);
    String word = "embeddings.word_embeddings.weight";
    String prefix = names.contains(family.prefix() + word) ? family.prefix() : "";
    if (!names.contains(prefix + word)) {
      throw EngramException.file(
          "%s has neither a weight %s nor %s%s, which its config.json asks for; the two don't match."
              .formatted(folder, word, family.prefix(), word));
    }
    boolean oldest = names.contains(prefix + "embeddings.LayerNorm.gamma");
    return new EncoderNames(family, prefix, oldest ? "gamma" : "weight", oldest ? "beta" : "bias");
  }

  /** {@code [V, C]}. */
  String words() {
    return prefix + "embeddings.word_embeddings.weight";
  }

  /** {@code [positions, C]}. */
  String positions() {
    return prefix + "embeddings.position_embeddings.weight";
  }

  /** {@code [types, C]}; DistilBERT has none. */
  String tokenTypes() {
    return prefix + "embeddings.token_type_embeddings.weight";
  }

  String embeddingNorm() {
    return prefix + "embeddings.LayerNorm";
  }

  Layer layer(int i) {
    if (family == EncoderConfig.Family.DISTILBERT) {
      String start = prefix + "transformer.layer." + i + ".";
      String attention = start + "attention.";
      return new Layer(
          attention + "q_lin",
          attention + "k_lin",
          attention + "v_lin",
          attention + "out_lin",
          start + "sa_layer_norm",
          start + "ffn.lin1",
          start + "ffn.lin2",
          start + "output_layer_norm");
    }
    String start = prefix + "encoder.layer." + i + ".";
    String attention = start + "attention.self.";
    return new Layer(
        attention + "query",
        attention + "key",
        attention + "value",
        start + "attention.output.dense",
        start + "attention.output.LayerNorm",
        start + "intermediate.dense",
        start + "output.dense",
        start + "output.LayerNorm");
  }

  /** Every weight of an encoder without a head, with its shape, in order of use. */
  Map<String, long[]> shapes(EncoderConfig config) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    long hidden = config.hiddenSize();
    long wide = config.intermediateSize();
    shapes.put(words(), new long[] {config.vocabularySize(), hidden});
    shapes.put(positions(), new long[] {config.positions(), hidden});
    if (config.tokenTypes() > 0) {
      shapes.put(tokenTypes(), new long[] {config.tokenTypes(), hidden});
    }
    norm(shapes, embeddingNorm(), hidden);
    for (int i = 0; i < config.layers(); i++) {
      Layer layer = layer(i);
      linear(shapes, layer.query(), hidden, hidden);
      linear(shapes, layer.key(), hidden, hidden);
      linear(shapes, layer.value(), hidden, hidden);
      linear(shapes, layer.attended(), hidden, hidden);
      norm(shapes, layer.attentionNorm(), hidden);
      linear(shapes, layer.up(), wide, hidden);
      linear(shapes, layer.down(), hidden, wide);
      norm(shapes, layer.outputNorm(), hidden);
    }
    return shapes;
  }

  /** Adds weight and bias of a linear layer. */
  static void linear(Map<String, long[]> shapes, String name, long out, long in) {
    shapes.put(name + ".weight", new long[] {out, in});
    shapes.put(name + ".bias", new long[] {out});
  }

  private void norm(Map<String, long[]> shapes, String name, long size) {
    shapes.put(name + "." + gain, new long[] {size});
    shapes.put(name + "." + shift, new long[] {size});
  }
}
