package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;

/**
 * Gemma 3's text model; that five of six layers have the sliding window, and their rotary base
 * where the file doesn't say it, are the architecture's. A scaling is that of the other layers.
 */
final class Gemma3Gguf implements GgufArchitecture {
  private static final int LAYERS_OF_27B = 62;
  private static final double LOCAL_THETA = 10_000;
  private static final Map<String, Weight> WEIGHTS =
      LayerWeights.withQueryKeyNorms(GemmaGguf.weights(), Change.ONE_ADDED);

  @Override
  public String name() {
    return "gemma3";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma3_text");
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
    draft.model("gemma3_text", "Gemma3ForCausalLM");
    GemmaGguf.configure(draft, LAYERS_OF_27B);
    draft.rotary();
    draft.config().put("rope_local_base_freq", draft.positive("rope.freq_base_swa", LOCAL_THETA));
    GemmaGguf.cap(draft, "final_logit_softcapping");
  }
}
