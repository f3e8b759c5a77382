package io.engram.model.checkpoint.gguf;

import io.engram.model.checkpoint.gguf.GgufArchitecture.Change;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Weight;
import java.util.Map;
import java.util.Set;

/** What Gemma 2 and 3 share: norms before and after attention and MLP, stored with 1 added. */
final class GemmaGguf {
  private GemmaGguf() {}

  /** A layer's weights, without the norms of queries and keys. */
  static Map<String, Weight> weights() {
    Map<String, Weight> names = LlamaGguf.LayerWeights.projections();
    names.put("attn_norm", new Weight("input_layernorm", Change.ONE_ADDED));
    names.put("post_attention_norm", new Weight("post_attention_layernorm", Change.ONE_ADDED));
    names.put("ffn_norm", new Weight("pre_feedforward_layernorm", Change.ONE_ADDED));
    names.put("post_ffw_norm", new Weight("post_feedforward_layernorm", Change.ONE_ADDED));
    return names;
  }

  /**
   * Sizes and what scores are divided by the root of: a head's width, but in the 27B models, which
   * the files don't tell apart from the others by more than their layers, C / H.
   *
   * @param layersOf27b layers of the 27B model
   */
  static void configure(ConfigDraft draft, int layersOf27b) {
    draft.sizes();
    boolean is27b = draft.config().path("num_hidden_layers").intValue() == layersOf27b;
    int hidden = draft.config().path("hidden_size").intValue();
    int heads = draft.config().path("num_attention_heads").intValue();
    int headDim = draft.config().path("head_dim").intValue();
    draft.config().put("query_pre_attn_scalar", is27b ? hidden / heads : headDim);
    draft.config().put("sliding_window", draft.count("attention.sliding_window"));
    draft.config().put("hidden_activation", "gelu_pytorch_tanh");
    draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
  }

  /** A soft cap's bound, or null where the file has none. */
  static void cap(ConfigDraft draft, String setting) {
    if (draft.has(setting)) {
      draft.config().put(setting, draft.positive(setting));
    } else {
      draft.config().putNull(setting);
    }
  }

  /** Gemma 2. The architecture implies that every other layer has the sliding window. */
  static final class Gemma2 implements GgufArchitecture {
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

  /**
   * Gemma 3's text model; that five of six layers have the sliding window, and their rotary base
   * where the file doesn't say it, are the architecture's. A scaling is that of the other layers.
   */
  static final class Gemma3 implements GgufArchitecture {
    private static final int LAYERS_OF_27B = 62;
    private static final double LOCAL_THETA = 10_000;
    private static final Map<String, Weight> WEIGHTS =
        LlamaGguf.LayerWeights.withQueryKeyNorms(GemmaGguf.weights(), Change.ONE_ADDED);

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
}
