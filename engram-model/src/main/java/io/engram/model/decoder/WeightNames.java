package io.engram.model.decoder;

import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a family calls its weights, as Hugging Face files have them.
 *
 * @param embedding input embedding, {@code [V, C]}
 * @param positions position embedding, {@code [positions, C]}; null: there is none
 * @param finalNorm gain of the last norm, {@code [C]}; absent where nothing is normed there
 * @param ownHead output head, {@code [V, C]}; absent where the head is tied
 * @param layers what stands before the numbers of the layers
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
  String in(int i, String part) {
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
}
