package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/** Qwen2 and 2.5: Llama with biases on q, k and v, whose heads aren't interleaved. */
final class Qwen2Gguf implements GgufArchitecture {
  private static final Map<String, Weight> WEIGHTS = LayerWeights.normsBefore();

  @Override
  public String name() {
    return "qwen2";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("qwen2");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("qwen2", "Qwen2ForCausalLM");
    draft.sizes();
    draft.rotary();
    draft.config().put("hidden_act", "silu");
    draft.config().put("use_sliding_window", false);
  }
}
