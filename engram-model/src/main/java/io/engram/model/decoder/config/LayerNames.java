package io.engram.model.decoder.config;

import io.engram.model.decoder.config.DecoderConfig.Structure;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a layer are called, after the layer's own name and a dot. Linear layers without
 * the ".weight" of their weights, norms with it. A part that a family doesn't have is null, so the
 * names also say how a layer is built; {@link Structure} says how its parts add up.
 *
 * @param attentionNorm norm of attention's input
 * @param attentionPostNorm norm of attention's output
 * @param mlpNorm norm of the MLP's input
 * @param mlpPostNorm norm of the MLP's output
 * @param query projection to queries; null: {@code queryKeyValue} is there
 * @param key projection to keys
 * @param value projection to values
 * @param queryKeyValue one projection to queries, keys and values, side by side in this order, for
 *     all heads or for each head as {@link AttentionSettings#interleaved} says
 * @param queryNorm norm of queries
 * @param keyNorm norm of keys
 * @param output attention's output projection
 * @param gate the MLP's gate projection; null: {@code gateUp} is there, or the MLP has no gate
 * @param up the MLP's up projection; activated itself if there is no gate
 * @param gateUp both, side by side in this order
 * @param down the MLP's down projection
 */
public record LayerNames(
    @Nullable String attentionNorm,
    @Nullable String attentionPostNorm,
    @Nullable String mlpNorm,
    @Nullable String mlpPostNorm,
    @Nullable String query,
    @Nullable String key,
    @Nullable String value,
    @Nullable String queryKeyValue,
    @Nullable String queryNorm,
    @Nullable String keyNorm,
    String output,
    @Nullable String gate,
    @Nullable String up,
    @Nullable String gateUp,
    String down) {
  private static final String INPUT_NORM = "input_layernorm.weight";
  private static final String AFTER_ATTENTION = "post_attention_layernorm.weight";

  /** Llama's, which most families adopted. */
  public static final LayerNames LLAMA =
      new LayerNames(
          INPUT_NORM,
          null,
          AFTER_ATTENTION,
          null,
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          null,
          "self_attn.q_norm.weight",
          "self_attn.k_norm.weight",
          "self_attn.o_proj",
          "mlp.gate_proj",
          "mlp.up_proj",
          null,
          "mlp.down_proj");

  /** The same with q, k, v and gate, up in one projection each, as Phi-3 has them. */
  public LayerNames fused() {
    return new LayerNames(
        attentionNorm,
        attentionPostNorm,
        mlpNorm,
        mlpPostNorm,
        null,
        null,
        null,
        "self_attn.qkv_proj",
        queryNorm,
        keyNorm,
        output,
        null,
        null,
        "mlp.gate_up_proj",
        down);
  }

  /** The same with other norms. */
  public LayerNames withNorms(
      @Nullable String beforeAttention,
      @Nullable String afterAttention,
      @Nullable String beforeMlp,
      @Nullable String afterMlp) {
    return new LayerNames(
        beforeAttention,
        afterAttention,
        beforeMlp,
        afterMlp,
        query,
        key,
        value,
        queryKeyValue,
        queryNorm,
        keyNorm,
        output,
        gate,
        up,
        gateUp,
        down);
  }

  /** Norms after attention and MLP alone, as OLMo 2 has them. */
  public LayerNames postNormed() {
    return withNorms(null, AFTER_ATTENTION, null, "post_feedforward_layernorm.weight");
  }

  /** Norms before and after attention and MLP, as Gemma has them. */
  public LayerNames sandwiched() {
    return withNorms(
        INPUT_NORM,
        AFTER_ATTENTION,
        "pre_feedforward_layernorm.weight",
        "post_feedforward_layernorm.weight");
  }

  /** What the bias of the norm with this gain is called; RMSNorm has none. */
  public static String biasOf(String gain) {
    return gain.replaceFirst("\\.weight$", ".bias");
  }
}
