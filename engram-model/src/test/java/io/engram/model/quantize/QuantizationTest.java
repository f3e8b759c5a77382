package io.engram.model.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.quantize.Quantization.Codes;
import io.engram.model.quantize.Quantization.Survival;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import io.engram.testkit.Golden;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Round trips by hand, and against llama.cpp's Python package and bitsandbytes's NF4. */
class QuantizationTest {
  private static final String LAYER = "model.layers.0.self_attn.q_proj.weight";

  @BeforeAll
  static void load() {
    Torch.load();
  }

  /** goldens/quantization.py. */
  @ParameterizedTest
  @EnumSource
  void codesAndValuesEqualThoseOfOtherProgramsBitForBit(Quantization format) {
    String name = format.name().toLowerCase(Locale.ROOT);
    try (SafetensorsFile golden =
            new SafetensorsFile(Golden.path("quantization/values.safetensors"));
        PointerScope scope = new PointerScope()) {
      Codes found = format.of(golden.tensor("weights"), false);
      assertThat(numbers(found.q())).isEqualTo(numbers(golden.tensor(name + "_codes")));
      assertThat(numbers(found.values())).isEqualTo(numbers(golden.tensor(name)));
      Codes transposed = format.of(golden.tensor("weights").t(), true);
      assertThat(numbers(transposed.values().t())).isEqualTo(numbers(found.values()));
    }
  }

  /** Without the sign of zero, which Q8_0 doesn't store. */
  private static double[] numbers(Tensor tensor) {
    return Arrays.stream(Tensors.toDoubles(tensor)).map(x -> x + 0.0).toArray();
  }

  /** The largest is −8, so d = 1: 3.4 becomes ⌊3.4 + 8.5⌋ − 8 = 3, and 7.6 the highest code, 7. */
  @Test
  void fourBitsByHandInARowShorterThanABlock() {
    try (PointerScope scope = new PointerScope()) {
      Tensor row = Tensors.ofDoubles(new double[] {-8, 3.4, 7.6, -0.4}, Device.CPU).unsqueeze(0);
      assertThat(Tensors.toDoubles(Quantization.INT4.of(row, false).values()))
          .containsExactly(-8, 3, 7, 0);
    }
  }

  @Test
  void onlyLinearLayersInsideLayersAreRounded() {
    try (LanguageModel model = model();
        LanguageModel original = model()) {
      Quantization.INT4.roundTrip(model);
      for (String name : model.decoder().parameters().names()) {
        boolean linear = name.contains(".layers.") && name.contains("proj");
        assertThat(isEqual(model, original, name)).as(name).isEqualTo(!linear);
      }
      Survival again = Quantization.INT4.survival(model, original);
      assertThat(again.changed()).isPositive();
      assertThat(again.ratio()).isLessThan(0.2);
    }
  }

  /** A change far below a step changes no code; one of the size of the weights changes most. */
  @Test
  void smallChangesAreLostAndLargeOnesSurvive() {
    try (LanguageModel model = model();
        LanguageModel original = model()) {
      add(model, 1e-6);
      Survival small = Quantization.INT4.survival(model, original);
      assertThat(small.share()).isLessThan(0.01);
      add(model, 0.1);
      Survival large = Quantization.INT4.survival(model, original);
      assertThat(large.share()).isGreaterThan(0.5);
      assertThat(large.ratio()).isCloseTo(1, within(0.3));
      assertThat(large.changed()).isEqualTo(original.decoder().parameters().get(LAYER).numel());
    }
  }

  private static void add(LanguageModel model, double number) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      model.decoder().parameters().get(LAYER).add_(new Scalar(number));
    }
  }

  private static boolean isEqual(LanguageModel one, LanguageModel other, String name) {
    try (PointerScope scope = new PointerScope()) {
      return one.decoder().parameters().get(name).equal(other.decoder().parameters().get(name));
    }
  }

  private static LanguageModel model() {
    return LanguageModel.open(Golden.model("mha").toString(), ModelOptions.defaults());
  }
}
