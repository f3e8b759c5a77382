package io.engram.model.checkpoint.gguf;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Phi-3, 3.5 and 4: q, k, v and gate, up in one weight each; rotary positions may cover only part
 * of each head; the divisors of the rotary frequencies for long contexts are tensors.
 */
final class Phi3Gguf implements GgufArchitecture {
  private static final String LONG = "rope_factors_long.weight";
  private static final String SHORT = "rope_factors_short.weight";
  private static final double ROUNDING = 1e-4;
  private static final Map<String, Weight> WEIGHTS =
      Map.of(
          "attn_norm", Weight.of("input_layernorm"),
          "attn_qkv", Weight.of("self_attn.qkv_proj"),
          "attn_output", Weight.of("self_attn.o_proj"),
          "ffn_norm", Weight.of("post_attention_layernorm"),
          "ffn_up", Weight.of("mlp.gate_up_proj"),
          "ffn_down", Weight.of("mlp.down_proj"));

  @Override
  public String name() {
    return "phi3";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("phi3");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public Set<String> settings() {
    return Set.of(LONG, SHORT);
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("phi3", "Phi3ForCausalLM");
    draft.sizes();
    ObjectNode config = draft.config();
    // A head's width isn't stored, only how much of it is rotated.
    int headDim =
        config.path("hidden_size").intValue() / config.path("num_attention_heads").intValue();
    config.put("head_dim", headDim);
    int turned = draft.count("rope.dimension_count", headDim);
    config.put("partial_rotary_factor", (double) turned / headDim);
    config.put("rope_theta", draft.positive("rope.freq_base", 10_000));
    config.put("hidden_act", "silu");
    long window = draft.whole("attention.sliding_window");
    if (window == 0) {
      config.putNull("sliding_window");
    } else {
      config.put("sliding_window", draft.count("attention.sliding_window"));
    }
    longContext(draft);
  }

  private static void longContext(ConfigDraft draft) {
    int longest = draft.config().path("max_position_embeddings").intValue();
    int first = draft.count("rope.scaling.original_context_length", longest);
    draft.config().put("original_max_position_embeddings", first);
    String type = draft.text("rope.scaling.type", "none");
    double factor = draft.positive("rope.scaling.attn_factor", 1);
    if (!draft.hasTensor(LONG)) {
      if (!type.equals("none")) {
        draft.fault("rope.scaling.type", type);
      }
      return;
    }
    double stretch = (double) longest / first;
    double usual = stretch > 1 ? Math.sqrt(1 + Math.log(stretch) / Math.log(first)) : 1;
    if (Math.abs(factor - usual) > ROUNDING * usual) {
      draft.fault("rope.scaling.attn_factor", factor + " where the context lengths give " + usual);
    }
    ObjectNode scaling = draft.config().putObject("rope_scaling");
    scaling.put("type", "longrope");
    draft.putNumbers(scaling, "short_factor", draft.numbers(SHORT));
    draft.putNumbers(scaling, "long_factor", draft.numbers(LONG));
  }
}
