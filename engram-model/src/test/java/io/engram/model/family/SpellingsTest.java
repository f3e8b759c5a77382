package io.engram.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** config.json as older transformers wrote it means what the newer one means. */
class SpellingsTest {
  private static final String GONE =
      "{\"rope_parameters\": null, \"dtype\": null, \"torch_dtype\": \"float32\"";

  private static DecoderConfig read(ObjectNode config) {
    return Family.readAny(config, "config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama3|, \"rope_theta\": 20.0, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\":"
            + " 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
            + " \"original_max_position_embeddings\": 32}}",
        "llama-linear|, \"rope_theta\": 100.0, \"rope_scaling\": {\"type\": \"linear\", \"factor\":"
            + " 3.0}}",
        "llama-yarn|, \"rope_theta\": 1000, \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0,"
            + " \"beta_fast\": 4, \"original_max_position_embeddings\": 64}}",
        "mistral|, \"rope_theta\": 10000.0}",
        "mistral-full|, \"rope_scaling\": null}",
        "qwen2|, \"layer_types\": null, \"sliding_window\": 4096}",
        "qwen2-sliding|, \"layer_types\": null, \"rope_theta\": 10000.0}",
        "qwen3|, \"rope_theta\": 10000.0}",
        "phi3|, \"rope_theta\": 10000.0, \"rope_scaling\": null}",
        "phi3-longrope|, \"rope_theta\": 100.0, \"partial_rotary_factor\": 0.75, \"rope_scaling\":"
            + " {\"type\": \"su\", \"short_factor\": [1.1, 1.5], \"long_factor\": [1.3, 6.0]}}",
        "smollm3|, \"layer_types\": null, \"rope_theta\": 2000000.0}",
        "olmo2|, \"rope_theta\": 10000}",
        "gemma2|, \"layer_types\": null, \"hidden_act\": \"gelu\", \"rope_theta\": 10000.0}",
        "gemma3|, \"layer_types\": null, \"sliding_window_pattern\": 2, \"rope_theta\": 1000.0,"
            + " \"rope_local_base_freq\": 20.0, \"rope_scaling\": {\"rope_type\": \"linear\","
            + " \"factor\": 2.0}}",
        "pythia|, \"rotary_pct\": 0.7, \"rotary_emb_base\": 100, \"attention_bias\": null}",
        "neox-sequential|, \"rotary_pct\": 1.0, \"rotary_emb_base\": 50, \"rope_scaling\":"
            + " {\"type\": \"linear\", \"factor\": 2.0}}",
        "gpt2|, \"scale_attn_weights\": null, \"n_ctx\": 64}",
        "opt|, \"word_embed_proj_dim\": null, \"enable_bias\": null,"
            + " \"layer_norm_elementwise_affine\": null, \"_remove_final_layer_norm\": null}"
      })
  void olderSpellingsMeanTheSame(String name, String changes) {
    ObjectNode config =
        (ObjectNode)
            JsonMapper.shared().readTree(Golden.path("family/" + name + "/config.json").toFile());
    DecoderConfig newer = read(config);
    config.setAll((ObjectNode) JsonMapper.shared().readTree(GONE + changes));
    assertThat(read(config)).isEqualTo(newer);
  }
}
