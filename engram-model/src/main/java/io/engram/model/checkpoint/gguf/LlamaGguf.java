package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/**
 * Llama, and Mistral and what else is saved as Llama: in GGUF files they are one architecture.
 * Mistral's sliding window isn't stored; a config.json beside the file can name it.
 */
final class LlamaGguf implements GgufArchitecture {
  private static final Map<String, Weight> WEIGHTS = LayerWeights.interleaved();

  @Override
  public String name() {
    return "llama";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("llama", "mistral");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public Set<String> settings() {
    return Set.of(Llama3Rotary.TENSOR);
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("llama", "LlamaForCausalLM");
    draft.sizes();
    draft.rotary();
    Llama3Rotary.configure(draft);
    draft.config().put("hidden_act", "silu");
    draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
    draft.config().put("mlp_bias", draft.hasTensor("blk.0.ffn_up.bias"));
  }
}
