package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/**
 * SmolLM3: Llama with every fourth layer's positions left out, which the files don't say; llama.cpp
 * has the four built in.
 */
final class SmolLm3Gguf implements GgufArchitecture {
  private static final int NO_POSITIONS_EVERY = 4;
  private static final Map<String, Weight> WEIGHTS = LayerWeights.interleaved();

  @Override
  public String name() {
    return "smollm3";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("smollm3");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("smollm3", "SmolLM3ForCausalLM");
    draft.sizes();
    draft.rotary();
    draft.config().put("hidden_act", "silu");
    draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
    draft.config().put("mlp_bias", draft.hasTensor("blk.0.ffn_up.bias"));
    draft.config().put("no_rope_layer_interval", NO_POSITIONS_EVERY);
    draft.config().put("use_sliding_window", false);
  }
}
