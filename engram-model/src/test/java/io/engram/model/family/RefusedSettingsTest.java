package io.engram.model.family;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Settings that a family doesn't have or that aren't built are named. */
class RefusedSettingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mistral|{\"layer_types\": [\"full_attention\", \"sliding_attention\", \"full_attention\"]}"
            + "|layer_types that differ from sliding_window are not supported",
        "mistral-full|{\"layer_types\": [\"sliding_attention\", \"full_attention\","
            + " \"full_attention\"]}|layer_types names sliding_attention, but there is no"
            + " sliding_window",
        "mistral|{\"attention_bias\": true}|attention_bias is not supported",
        "mistral|{\"sliding_window\": 0}|sliding_window 0 isn't a whole number from 1",
        "qwen2|{\"layer_types\": [\"full_attention\"]}|layer_types isn't a list of 3 layers",
        "qwen2|{\"layer_types\": [\"full_attention\", \"linear_attention\", \"full_attention\"]}"
            + "|layer_types \"linear_attention\" is not supported; full_attention and"
            + " sliding_attention are",
        "qwen3|{\"use_sliding_window\": false}|layer_types names sliding_attention, but there is"
            + " no",
        "qwen2-sliding|{\"max_window_layers\": -1}|max_window_layers -1 isn't a whole number from"
            + " 0",
        "phi3|{\"lm_head_bias\": true}|lm_head_bias is not supported",
        "qwen3|{\"quantization_config\": {\"bits\": 4}}|quantization_config is not supported",
        "phi3|{\"mlp_bias\": true}|mlp_bias is not supported",
        "phi3-longrope|{\"partial_rotary_factor\": 2, \"rope_parameters\": null}"
            + "|partial_rotary_factor turns 12 numbers of a head of 6; pairs of them are right",
        "phi3-longrope|{\"rope_parameters\": {\"rope_type\": \"longrope\", \"short_factor\": [1],"
            + " \"long_factor\": [1, -2, 3]}}|long_factor -2 isn't a positive number",
        "phi3|{\"partial_rotary_factor\": 1e300, \"rope_parameters\": null}"
            + "|partial_rotary_factor turns 2147483647 numbers",
        "phi3-longrope|{\"original_max_position_embeddings\": 1}|the rope settings give frequencies"
            + " that aren't finite",
        "llama3|{\"rope_theta\": 1e-300, \"rope_parameters\": null}"
            + "|the rope settings give frequencies that aren't finite",
        "llama3|{\"rope_theta\": 1"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000,"
            + " \"rope_parameters\": null}|isn't a positive number",
        "llama3|{\"head_dim\": 16386}|head_dim 16386 isn't a whole number from 1 to 16384",
        "smollm3|{\"no_rope_layers\": [1, 0]}|no_rope_layers isn't a list of 3 layers",
        "olmo2|{\"clip_qkv\": 8.0}|clip_qkv is not supported",
        "gemma2|{\"use_bidirectional_attention\": true}|use_bidirectional_attention is not"
            + " supported",
        "gemma2|{\"hidden_activation\": \"mish\"}|hidden_activation \"mish\" is not supported;"
            + " supported: silu, swish, gelu_pytorch_tanh, gelu_new, gelu_fast, gelu, relu",
        "gemma2|{\"query_pre_attn_scalar\": -1}|query_pre_attn_scalar -1 isn't a positive number",
        "gemma3|{\"attn_logit_softcapping\": 50.0}|attn_logit_softcapping is not supported",
        "gemma3|{\"rope_parameters\": {\"rope_theta\": 5.0}}|rope_parameters rope_theta is not"
            + " supported",
        "pythia|{\"rope_parameters\": null, \"rotary_pct\": 0.5}"
            + "|partial_rotary_factor turns 3 numbers of a head of 6; pairs of them are right",
        "pythia|{\"rotary_pct\": \"x\", \"rope_parameters\": null}|rotary_pct \"x\" isn't a"
            + " positive",
        "pythia|{\"head_dim\": 8}|head_dim is not supported where it isn't hidden_size over heads",
        "pythia|{\"num_attention_heads\": 5}|hidden_size 24 isn't a multiple of num_attention_heads"
            + " 5",
        "pythia|{\"intermediate_size\": null}|intermediate_size is missing",
        "gpt2|{\"scale_attn_by_inverse_layer_idx\": true}"
            + "|scale_attn_by_inverse_layer_idx is not supported",
        "gpt2|{\"add_cross_attention\": true}|add_cross_attention is not supported",
        "gpt2|{\"n_head\": 7}|n_embd 24 isn't a multiple of n_head 7",
        "gpt2|{\"n_layer\": null, \"n_inner\": 0}|n_inner 0 isn't a whole number from 1",
        "gpt2|{\"activation_function\": \"tanh\"}|activation_function \"tanh\" is not supported",
        "opt|{\"word_embed_proj_dim\": 12}|word_embed_proj_dim 12 is not supported; hidden_size,"
            + " 24",
        "opt|{\"layer_norm_elementwise_affine\": false}"
            + "|layer_norm_elementwise_affine false is not supported",
        "opt|{\"ffn_dim\": null}|ffn_dim is missing",
        "gemma3|{\"model_type\": \"gemma3\"}|model_type \"gemma3\" is not supported; supported:"
            + " llama,"
      })
  void theyAreNamed(String name, String changes, String message) {
    ObjectNode config =
        (ObjectNode)
            JsonMapper.shared().readTree(Golden.path("family/" + name + "/config.json").toFile());
    config.setAll((ObjectNode) JsonMapper.shared().readTree(changes));
    assertThatThrownBy(() -> Family.readAny(config, "config.json"))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("config.json: ")
        .hasMessageContaining(message);
  }
}
