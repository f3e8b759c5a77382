package io.engram.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.DecoderConfig.MlpSettings;
import io.engram.model.decoder.config.DecoderConfig.Structure;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.NormSettings;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.RotarySettings.RopeScaling;
import io.engram.model.decoder.config.Shape;
import io.engram.model.decoder.config.WeightNames;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a config.json may say, and what is refused. */
class ConfigTest {
  private static final String PLAIN =
      "{\"model_type\": \"llama\", \"vocab_size\": 96, \"hidden_size\": 32,"
          + " \"intermediate_size\": 48, \"num_hidden_layers\": 2, \"num_attention_heads\": 4}";

  private static DecoderConfig read(String changes) {
    ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(PLAIN);
    config.setAll((ObjectNode) JsonMapper.shared().readTree(changes));
    return Family.readAny(config, "config.json");
  }

  @Test
  void absentAndNullSettingsHaveTheValuesOfTransformers() {
    DecoderConfig read =
        read(
            "{\"head_dim\": null, \"num_key_value_heads\": null, \"rope_theta\": null,"
                + " \"rope_scaling\": null, \"hidden_act\": null, \"mlp_bias\": null}");
    assertThat(read)
        .isEqualTo(
            new DecoderConfig(
                "llama",
                new Shape(96, 32, 48, 2, 4, 4, 8, 2048),
                new NormSettings(NormSettings.Kind.RMS, 1e-6),
                AttentionSettings.plain(8, false),
                new MlpSettings(ActivationFunction.SILU, false),
                List.of(new RotarySettings(10_000, 8, RopeScaling.none())),
                List.of(LayerKind.PLAIN, LayerKind.PLAIN),
                1,
                0,
                Structure.PLAIN,
                false,
                0.02,
                WeightNames.LLAMA));
  }

  @Test
  void ropeThetaIsReadInBothPlaces() {
    assertThat(theta("{\"rope_theta\": 5e5}")).isEqualTo(500_000);
    assertThat(theta("{\"rope_theta\": 1, \"rope_parameters\": {\"rope_theta\": 7}}")).isEqualTo(7);
  }

  private static double theta(String changes) {
    return read(changes).rotaries().get(0).theta();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"vocab_size\": null}|vocab_size is missing",
        "{\"vocab_size\": 0}|vocab_size 0 isn't a whole number from 1 to 16777216",
        "{\"hidden_size\": -32}|hidden_size -32 isn't a whole number",
        "{\"hidden_size\": 32.5}|hidden_size 32.5 isn't a whole number",
        "{\"hidden_size\": \"32\"}|hidden_size \"32\" isn't a whole number",
        "{\"hidden_size\": [32]}|hidden_size [32] isn't a whole number",
        "{\"num_hidden_layers\": 2000000000}|num_hidden_layers 2000000000 isn't a whole number from"
            + " 1 to 10000",
        "{\"num_hidden_layers\": 99999999999}|num_hidden_layers 99999999999 isn't a whole number",
        "{\"num_key_value_heads\": 3}|num_attention_heads 4 isn't a multiple of 3 kv-heads",
        "{\"num_key_value_heads\": 0}|num_key_value_heads 0 isn't a whole number",
        "{\"num_attention_heads\": 64}|head_dim 0 is not even",
        "{\"head_dim\": 7}|head_dim 7 is not even",
        "{\"head_dim\": -8}|head_dim -8 isn't a whole number",
        "{\"rms_norm_eps\": -1e-5}|rms_norm_eps -1.0E-5 isn't a positive number",
        "{\"rms_norm_eps\": \"1e-5\"}|rms_norm_eps \"1e-5\" isn't a positive number",
        "{\"rope_theta\": 0}|rope_theta 0 isn't a positive number",
        "{\"rope_theta\": 1e999}|isn't a positive number",
        "{\"rope_parameters\": {\"rope_theta\": \"x\"}}|rope_theta \"x\" isn't a positive number",
        "{\"rope_parameters\": {\"rope_type\": \"llama3\", \"factor\": 8}}|low_freq_factor is"
            + " missing",
        "{\"rope_scaling\": {\"type\": \"linear\"}}|factor is missing",
        "{\"rope_scaling\": {\"type\": \"linear\", \"factor\": -1}}|factor -1 isn't a positive"
            + " number",
        "{\"rope_parameters\": {}, \"rope_scaling\": {\"type\": \"linear\"}}|factor is missing",
        "{\"rope_scaling\": {\"type\": \"mrope\"}}|rope_type \"mrope\" is not supported; supported:"
            + " default, linear, dynamic, llama3, yarn, longrope",
        "{\"rope_scaling\": {\"mrope_section\": [1]}}|rope setting mrope_section is not supported",
        "{\"rope_scaling\": 7}|rope_scaling 7 isn't an object",
        "{\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1]}}|short_factor isn't"
            + " a list of 4 numbers; long_factor isn't a list of 4 numbers",
        "{\"partial_rotary_factor\": 0.5}|partial_rotary_factor 0.5 is not supported",
        "{\"max_position_embeddings\": 0}|max_position_embeddings 0 isn't a whole number",
        "{\"tie_word_embeddings\": \"true\"}|tie_word_embeddings \"true\" is neither true nor"
            + " false",
        "{\"hidden_act\": \"mish\"}|hidden_act \"mish\" is not supported; supported: silu, swish,"
            + " gelu_pytorch_tanh",
        "{\"quantization_config\": {\"bits\": 4}}|quantization_config is not supported",
        "{\"model_type\": \"mamba\"}|model_type \"mamba\" is not supported; supported: llama,"
            + " mistral, qwen2, qwen3, phi3, smollm3, olmo2, gemma2, gemma3_text, gpt_neox, gpt2,"
            + " opt.",
        "{\"model_type\": null}|model_type is missing"
      })
  void strangeValuesAreNamed(String changes, String message) {
    assertThatThrownBy(() -> read(changes))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("config.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void allFaultsAreNamedAtOnce() {
    assertThatThrownBy(() -> read("{\"vocab_size\": -1, \"hidden_size\": null, \"head_dim\": -3}"))
        .hasMessageContaining("vocab_size -1")
        .hasMessageContaining("hidden_size is missing")
        .hasMessageContaining("head_dim -3");
  }
}
