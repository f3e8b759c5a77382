package io.engram.model.family;

import io.engram.model.decoder.AttentionSettings;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.LayerKind;
import io.engram.model.decoder.MlpSettings;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** SmolLM3: Llama with layers in which positions play no part, every fourth if nothing is said. */
final class SmolLm3Family implements Family {
  private static final Defaults DEFAULTS = new Defaults(4, 0, 1e-6, 2_000_000, 32_768, true);
  private static final String TURNED = "no_rope_layers";

  @Override
  public String modelType() {
    return "smollm3";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
    int window = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 0);
    boolean slides = reader.flag("use_sliding_window") && window > 0;
    List<Integer> rotaries = rotaries(reader, read.layers());
    List<LayerKind> kinds =
        LayerTypes.read(
            reader,
            read.layers(),
            window,
            layer -> slides && rotaries.get(layer) == LayerKind.NO_POSITIONS,
            rotaries::get,
            rotaries::get);
    return read.withAttention(
            AttentionSettings.plain(read.headDim(), reader.flag("attention_bias")))
        .withMlp(new MlpSettings(read.mlp().activation(), reader.flag("mlp_bias")))
        .withLayers(read.rotaries(), kinds);
  }

  /** Despite its name {@code no_rope_layers} has a 1 for each layer that is turned. */
  private static List<Integer> rotaries(ConfigReader reader, int layers) {
    int interval = reader.count("no_rope_layer_interval", Integer.MAX_VALUE, 4);
    JsonNode turned = reader.config().path(TURNED);
    boolean named = reader.has(TURNED);
    if (named && (!turned.isArray() || turned.size() < layers)) {
      reader.faults().add(TURNED + " is no list of " + layers + " layers");
      named = false;
    }
    List<Integer> rotaries = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      boolean turns = named ? turned.get(i).asInt(0) != 0 : (i + 1) % interval != 0;
      rotaries.add(turns ? 0 : LayerKind.NO_POSITIONS);
    }
    return rotaries;
  }
}
