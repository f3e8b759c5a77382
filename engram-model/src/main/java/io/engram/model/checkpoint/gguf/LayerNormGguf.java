package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** The architectures with LayerNorm and q, k and v in one weight. */
final class LayerNormGguf {
  private LayerNormGguf() {}

  /**
   * GPT-NeoX and Pythia: LayerNorm, rotary positions on part of each head, q, k and v in one
   * weight.
   */
  static final class GptNeoX implements GgufArchitecture {
    private static final String PARALLEL = "use_parallel_residual";
    private static final Map<String, Weight> OUTER =
        Map.of(
            "token_embd", Weight.of("gpt_neox.embed_in"),
            "output_norm", Weight.of("gpt_neox.final_layer_norm"),
            "output", Weight.of("embed_out"));
    private static final Map<String, Weight> LAYER =
        Map.of(
            "attn_norm", Weight.of("input_layernorm"),
            "attn_qkv", new Weight("attention.query_key_value", Change.HEADS_APART),
            "attn_output", Weight.of("attention.dense"),
            "ffn_norm", Weight.of("post_attention_layernorm"),
            "ffn_up", Weight.of("mlp.dense_h_to_4h"),
            "ffn_down", Weight.of("mlp.dense_4h_to_h"));

    @Override
    public String name() {
      return "gptneox";
    }

    @Override
    public Set<String> modelTypes() {
      return Set.of("gpt_neox");
    }

    @Override
    public String layers() {
      return "gpt_neox.layers.";
    }

    @Override
    public Map<String, Weight> outerWeights() {
      return OUTER;
    }

    @Override
    public Map<String, Weight> layerWeights() {
      return LAYER;
    }

    @Override
    public void configure(ConfigDraft draft) {
      draft.model("gpt_neox", "GPTNeoXForCausalLM");
      ObjectNode config = draft.config();
      int hidden = draft.count("embedding_length");
      int heads = draft.count("attention.head_count");
      int headDim = Math.max(1, hidden / heads);
      config.put("vocab_size", draft.vocabularySize());
      config.put("hidden_size", hidden);
      config.put("intermediate_size", draft.count("feed_forward_length"));
      config.put("num_hidden_layers", draft.count("block_count"));
      config.put("num_attention_heads", heads);
      config.put("max_position_embeddings", draft.count("context_length"));
      config.put("layer_norm_eps", draft.positive("attention.layer_norm_epsilon"));
      config.put("rotary_pct", (double) draft.count("rope.dimension_count", headDim) / headDim);
      config.put("rotary_emb_base", draft.positive("rope.freq_base", 10_000));
      config.put(PARALLEL, draft.flag(PARALLEL, true));
      config.put("hidden_act", "gelu");
      config.put("attention_bias", draft.hasTensor("blk.0.attn_qkv.bias"));
      config.put("tie_word_embeddings", !draft.hasTensor("output.weight"));
      ConfigDraft.SpecialTokens.configure(draft);
    }
  }

  /** GPT-2: LayerNorm, learned positions, q, k and v in one weight, matrices transposed. */
  static final class Gpt2 implements GgufArchitecture {
    private static final Map<String, Weight> OUTER =
        Map.of(
            "token_embd", Weight.of("transformer.wte"),
            "position_embd", Weight.of("transformer.wpe"),
            "output_norm", Weight.of("transformer.ln_f"),
            "output", Weight.of("lm_head"));
    private static final Map<String, Weight> LAYER =
        Map.of(
            "attn_norm", Weight.of("ln_1"),
            "attn_qkv", new Weight("attn.c_attn", Change.TRANSPOSED),
            "attn_output", new Weight("attn.c_proj", Change.TRANSPOSED),
            "ffn_norm", Weight.of("ln_2"),
            "ffn_up", new Weight("mlp.c_fc", Change.TRANSPOSED),
            "ffn_down", new Weight("mlp.c_proj", Change.TRANSPOSED));

    @Override
    public String name() {
      return "gpt2";
    }

    @Override
    public Set<String> modelTypes() {
      return Set.of("gpt2");
    }

    @Override
    public String layers() {
      return "transformer.h.";
    }

    @Override
    public Map<String, Weight> outerWeights() {
      return OUTER;
    }

    @Override
    public Map<String, Weight> layerWeights() {
      return LAYER;
    }

    @Override
    public void configure(ConfigDraft draft) {
      draft.model("gpt2", "GPT2LMHeadModel");
      ObjectNode config = draft.config();
      config.put("vocab_size", draft.vocabularySize());
      config.put("n_embd", draft.count("embedding_length"));
      config.put("n_inner", draft.count("feed_forward_length"));
      config.put("n_layer", draft.count("block_count"));
      config.put("n_head", draft.count("attention.head_count"));
      config.put("n_positions", draft.count("context_length"));
      config.put("layer_norm_epsilon", draft.positive("attention.layer_norm_epsilon"));
      config.put("activation_function", "gelu_new");
      config.put("tie_word_embeddings", !draft.hasTensor("output.weight"));
      ConfigDraft.SpecialTokens.configure(draft);
    }
  }
}
