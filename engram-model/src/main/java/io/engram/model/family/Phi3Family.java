package io.engram.model.family;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.Shape;
import io.engram.model.decoder.config.WeightNames;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Phi-3, Phi-3.5 mini, Phi-4 and Phi-4 mini: q, k, v in one projection, gate and up in another;
 * rotary positions on part of each head; LongRoPE in models with a long context.
 */
final class Phi3Family implements Family {
  private static final RotaryDecoder.Defaults DEFAULTS =
      new RotaryDecoder.Defaults(0, 0, 1e-5, 10_000, 4096, false);
  private static final String ORIGINAL = "original_max_position_embeddings";

  /** LongRoPE's names in older files. */
  private static final Set<String> LONG_ROPE = Set.of("su", "yarn");

  @Override
  public String modelType() {
    return "phi3";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    reader.refuse("attention_bias");
    reader.refuse("mlp_bias");
    reader.refuse("lm_head_bias");
    DecoderConfig read = RotaryDecoder.readUnturned(reader, modelType(), DEFAULTS);
    WeightNames names = read.names();
    int window = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 0);
    return read.withNames(names.withParts(names.parts().fused()))
        .withLayers(
            List.of(rotary(reader, read.shape())),
            Collections.nCopies(read.layers(), new LayerKind(window, 0)));
  }

  private static RotarySettings rotary(ConfigReader reader, Shape shape) {
    // As in transformers, the top-level setting counts, even if it is left out.
    ObjectNode config = (ObjectNode) reader.config().deepCopy();
    if (!reader.has(ORIGINAL)) {
      config.put(ORIGINAL, 4096);
    }
    RopeReader rope = new RopeReader(new ConfigReader(config, reader.faults()), shape);
    ConfigReader settings = rope.settings();
    int dim = rope.turned(rope.partial(settings));
    String type = rope.type(settings);
    String scaling = LONG_ROPE.contains(type) ? "longrope" : type;
    return rope.read(settings, scaling, DEFAULTS.theta(), dim);
  }
}
