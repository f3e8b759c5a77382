package io.engram.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.testkit.Golden;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** A config.json that names the sizes alone means what transformers takes it to mean. */
class DefaultsTest {
  private static Stream<JsonNode> families() {
    return Golden.json("family-defaults.json").path("families").valueStream();
  }

  @ParameterizedTest
  @MethodSource("families")
  void whatIsLeftOutHasTheValueOfTransformers(JsonNode expected) {
    DecoderConfig read = Family.readAny(expected.path("named"), "config.json");
    assertThat(read.kvHeads()).isEqualTo(expected.path("kv_heads").asInt());
    assertThat(read.headDim()).isEqualTo(expected.path("head_dim").asInt());
    assertThat(read.norm().epsilon()).isEqualTo(expected.path("epsilon").asDouble());
    assertThat(read.maxPositions()).isEqualTo(expected.path("max_positions").asInt());
    assertThat(read.tiedHead()).isEqualTo(expected.path("tied").asBoolean());
    assertThat(read.initializerRange()).isEqualTo(expected.path("initializer_range").asDouble());
    assertThat(read.rotaries().stream().mapToDouble(RotarySettings::theta))
        .containsExactly(box(Golden.doubles(expected.path("thetas"))));
    assertThat(read.layerKinds().stream().mapToInt(LayerKind::window).toArray())
        .containsExactly(Golden.ints(expected.path("windows")));
    int[] turned = Golden.ints(expected.path("turned"));
    assertThat(read.layerKinds().stream().mapToInt(k -> k.rotary() < 0 ? 0 : 1).toArray())
        .containsExactly(turned);
    assertThat(read.attention().scale())
        .isCloseTo(expected.path("scale").asDouble(), within(1e-15));
    assertThat(read.attention().softCap()).isEqualTo(expected.path("attention_cap").asDouble());
    assertThat(read.logitCap()).isEqualTo(expected.path("logit_cap").asDouble());
    assertThat(ActivationFunction.named(expected.path("activation").asString()))
        .contains(read.mlp().activation());
    assertThat(read.rotaries().stream().mapToInt(RotarySettings::dim).toArray())
        .containsExactly(Golden.ints(expected.path("rotary_dims")));
    assertThat(read.attention().inputBias()).isEqualTo(expected.path("attention_bias").asBoolean());
  }

  private static Double[] box(double[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toArray(Double[]::new);
  }

  @Test
  void everyFamilyIsThere() {
    assertThat(families().map(f -> f.path("named").path("model_type").asString()))
        .containsExactlyElementsOf(Family.ALL.stream().map(Family::modelType).toList());
  }
}
