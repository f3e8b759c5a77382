package io.engram.model.family;

import io.engram.model.decoder.config.LayerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import tools.jackson.databind.JsonNode;

/** Which layers attend to a sliding window: {@code layer_types}, or a family's rule without it. */
final class LayerTypes {
  /** The setting's name. */
  static final String KEY = "layer_types";

  private static final String SLIDING = "sliding_attention";
  private static final String FULL = "full_attention";

  private LayerTypes() {}

  /**
   * Each layer's kind.
   *
   * @param layers how many there are
   * @param window tokens of the window; 0: there is none
   * @param rule which layers slide where {@code layer_types} doesn't say
   */
  static List<LayerKind> read(ConfigReader reader, int layers, int window, IntPredicate rule) {
    return read(reader, layers, window, rule, layer -> 0, layer -> 0);
  }

  /**
   * The same with several rotary positions.
   *
   * @param sliding the number of those of a layer that slides
   * @param full the number of those of one that doesn't
   */
  static List<LayerKind> read(
      ConfigReader reader,
      int layers,
      int window,
      IntPredicate rule,
      IntUnaryOperator sliding,
      IntUnaryOperator full) {
    JsonNode types = reader.config().path(KEY);
    boolean named = reader.has(KEY);
    if (named && (!types.isArray() || types.size() != layers)) {
      reader.faults().add(KEY + " isn't a list of " + layers + " layers");
      named = false;
    }
    List<LayerKind> kinds = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      boolean slides = named ? slides(reader, types.get(i)) : rule.test(i);
      kinds.add(
          slides
              ? new LayerKind(window, sliding.applyAsInt(i))
              : new LayerKind(0, full.applyAsInt(i)));
      if (named && slides && window == 0) {
        reader.faults().add(KEY + " names " + SLIDING + ", but there is no sliding_window");
        named = false;
      }
    }
    return kinds;
  }

  private static boolean slides(ConfigReader reader, JsonNode type) {
    String name = type.asString("");
    if (!name.equals(SLIDING) && !name.equals(FULL)) {
      reader
          .faults()
          .add(String.format("%s %s is not supported; %s and %s are", KEY, type, FULL, SLIDING));
    }
    return name.equals(SLIDING);
  }
}
