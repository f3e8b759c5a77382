package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** GPT-NeoX and Pythia: LayerNorm, part of each head turned, q, k and v in one weight. */
final class GptNeoXGguf implements GgufArchitecture {
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
    SpecialTokens.configure(draft);
  }
}
