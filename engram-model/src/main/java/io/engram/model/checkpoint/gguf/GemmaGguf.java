package io.engram.model.checkpoint.gguf;

import io.engram.model.checkpoint.gguf.GgufArchitecture.Change;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Weight;
import java.util.Map;

/** What Gemma 2 and 3 share: norms before and after attention and MLP, stored with 1 added. */
final class GemmaGguf {
  private GemmaGguf() {}

  /** A layer's weights but norms of queries and keys. */
  static Map<String, Weight> weights() {
    Map<String, Weight> names = LayerWeights.projections();
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
}
