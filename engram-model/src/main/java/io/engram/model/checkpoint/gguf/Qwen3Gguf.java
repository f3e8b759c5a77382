package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/** Qwen3: as Qwen2 with norms of each head's queries and keys instead of biases. */
final class Qwen3Gguf implements GgufArchitecture {
  private static final Map<String, Weight> WEIGHTS =
      LayerWeights.withQueryKeyNorms(LayerWeights.normsBefore(), Change.NONE);

  @Override
  public String name() {
    return "qwen3";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("qwen3");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("qwen3", "Qwen3ForCausalLM");
    draft.sizes();
    draft.rotary();
    draft.config().put("hidden_act", "silu");
    draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
    draft.config().put("use_sliding_window", false);
  }
}
