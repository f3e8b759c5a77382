package io.engram.model.checkpoint;

import io.engram.model.decoder.WeightNames;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of a Llama's weights in GGUF files and what Hugging Face calls them. */
final class GgufNames {
  private static final Map<String, String> WHOLE =
      Map.of(
          "token_embd.weight", WeightNames.LLAMA.embedding(),
          "output_norm.weight", WeightNames.LLAMA.finalNorm(),
          "output.weight", WeightNames.LLAMA.ownHead());
  private static final Map<String, String> PARTS =
      Map.of(
          "attn_norm", "input_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_norm", "post_attention_layernorm",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");
  private static final Pattern OF_LAYER =
      Pattern.compile("blk\\.(0|[1-9][0-9]{0,5})\\.([a-z_]+)\\.(weight|bias)");

  private GgufNames() {}

  /** Hugging Face's name of the weight, or null where a Llama has no such weight. */
  static @Nullable String huggingFace(String name) {
    Matcher layer = OF_LAYER.matcher(name);
    if (!layer.matches()) {
      return WHOLE.get(name);
    }
    String part = PARTS.get(layer.group(2));
    return part == null
        ? null
        : WeightNames.LLAMA.layer(Integer.parseInt(layer.group(1)))
            + "."
            + part
            + "."
            + layer.group(3);
  }
}
