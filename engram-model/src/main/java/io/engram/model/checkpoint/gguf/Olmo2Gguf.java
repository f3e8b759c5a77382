package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/**
 * OLMo 2: norms after attention and MLP, and of all queries and keys together. OLMo 3 has the same
 * name and a sliding window, which is refused.
 */
final class Olmo2Gguf implements GgufArchitecture {
  private static final Map<String, Weight> WEIGHTS = weights();

  private static Map<String, Weight> weights() {
    Map<String, Weight> names =
        LayerWeights.withQueryKeyNorms(LayerWeights.projections(), Change.NONE);
    names.put("post_attention_norm", Weight.of("post_attention_layernorm"));
    names.put("post_ffw_norm", Weight.of("post_feedforward_layernorm"));
    return names;
  }

  @Override
  public String name() {
    return "olmo2";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("olmo2");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("olmo2", "Olmo2ForCausalLM");
    draft.sizes();
    draft.rotary();
    draft.config().put("hidden_act", "silu");
    draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
  }
}
