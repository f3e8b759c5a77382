package io.engram.model.family;

import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.Shape;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What the families before Llama share: as many kv-heads as heads, which divide the width. */
final class LayerNormDecoder {
  private LayerNormDecoder() {}

  /** The names of a family's size settings. */
  record Keys(String hidden, String layers, String heads, String positions) {
    /** The names that most families use. */
    static final Keys USUAL =
        new Keys(
            "hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings");
  }

  /**
   * The sizes.
   *
   * @param intermediate reads the MLP's width, given the model's
   * @param positions the context length where the file doesn't say
   */
  static Shape shape(ConfigReader reader, Keys keys, IntUnaryOperator intermediate, int positions) {
    int hidden = reader.count(keys.hidden(), RotaryDecoder.MOST_WIDE);
    int heads = reader.count(keys.heads(), RotaryDecoder.MOST_HEADS);
    if (hidden % heads != 0 && reader.faults().isEmpty()) {
      reader
          .faults()
          .add(
              String.format(
                  "%s %d isn't a multiple of %s %d", keys.hidden(), hidden, keys.heads(), heads));
    }
    return new Shape(
        reader.count("vocab_size", RotaryDecoder.MOST_WIDE),
        hidden,
        intermediate.applyAsInt(hidden),
        reader.count(keys.layers(), RotaryDecoder.MOST_LAYERS),
        heads,
        heads,
        hidden / heads,
        reader.count(keys.positions(), Integer.MAX_VALUE - 2, positions));
  }

  /** Identical layers. */
  static List<LayerKind> layers(Shape shape, int rotary) {
    return Collections.nCopies(shape.layers(), new LayerKind(0, rotary));
  }
}
