package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** GPT-2: LayerNorm, learned positions, q, k and v in one weight, matrices turned. */
final class Gpt2Gguf implements GgufArchitecture {
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
    SpecialTokens.configure(draft);
  }
}
