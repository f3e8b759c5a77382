package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/** Gemma 2; that every other layer has the sliding window is the architecture's. */
final class Gemma2Gguf implements GgufArchitecture {
  private static final int LAYERS_OF_27B = 46;
  private static final Map<String, Weight> WEIGHTS = GemmaGguf.weights();

  @Override
  public String name() {
    return "gemma2";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma2");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public Change finalNorm() {
    return Change.ONE_ADDED;
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("gemma2", "Gemma2ForCausalLM");
    GemmaGguf.configure(draft, LAYERS_OF_27B);
    draft.rotary();
    GemmaGguf.cap(draft, "attn_logit_softcapping");
    GemmaGguf.cap(draft, "final_logit_softcapping");
  }
}
