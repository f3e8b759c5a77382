package io.engram.model.checkpoint.gguf;

import io.engram.model.checkpoint.gguf.GgufArchitecture.Change;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Weight;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names of a layer's weights that several architectures share. */
final class LayerWeights {
  private LayerWeights() {}

  /** Attention and a gated MLP, each with a norm before it. */
  static Map<String, Weight> normsBefore() {
    Map<String, Weight> names = projections();
    names.put("attn_norm", Weight.of("input_layernorm"));
    names.put("ffn_norm", Weight.of("post_attention_layernorm"));
    return names;
  }

  /** The same with the halves of q's and k's heads interleaved, as Meta's own files have them. */
  static Map<String, Weight> interleaved() {
    Map<String, Weight> names = normsBefore();
    names.put("attn_q", new Weight("self_attn.q_proj", Change.QUERY_HEADS_INTERLEAVED));
    names.put("attn_k", new Weight("self_attn.k_proj", Change.KEY_HEADS_INTERLEAVED));
    return names;
  }

  /** The seven linear layers. */
  static Map<String, Weight> projections() {
    Map<String, Weight> names = new LinkedHashMap<>();
    names.put("attn_q", Weight.of("self_attn.q_proj"));
    names.put("attn_k", Weight.of("self_attn.k_proj"));
    names.put("attn_v", Weight.of("self_attn.v_proj"));
    names.put("attn_output", Weight.of("self_attn.o_proj"));
    names.put("ffn_gate", Weight.of("mlp.gate_proj"));
    names.put("ffn_up", Weight.of("mlp.up_proj"));
    names.put("ffn_down", Weight.of("mlp.down_proj"));
    return names;
  }

  /** With norms of queries and keys. */
  static Map<String, Weight> withQueryKeyNorms(Map<String, Weight> names, Change change) {
    names.put("attn_q_norm", new Weight("self_attn.q_norm", change));
    names.put("attn_k_norm", new Weight("self_attn.k_norm", change));
    return names;
  }
}
