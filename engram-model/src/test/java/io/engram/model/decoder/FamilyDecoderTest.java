package io.engram.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.generate.Generator;
import io.engram.model.score.ActivationNoiseScorer;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.Families;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What transformers can't tell: number formats, new weights, names. */
class FamilyDecoderTest {
  /** √24 is 4.8990 and 4.90625 in bfloat16, as transformers keeps it there. */
  @ParameterizedTest
  @CsvSource({"FLOAT32, 4.898979663848877", "BFLOAT16, 4.90625"})
  void gemmasScaleIsRoundedToTheActivations(Dtype dtype, double scale) {
    try (LanguageModel model = Families.open("gemma2", dtype, 4096);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      double[] stored = Tensors.toDoubles(model.decoder().embed(new int[] {5}));
      double[] entered =
          Tensors.toDoubles(
              model.decoder().enter(model.decoder().embed(new int[] {5}), new int[] {0}));
      double unit = dtype == Dtype.FLOAT32 ? 1e-7 : 4e-3; // half a unit in the last place
      for (int i = 0; i < stored.length; i++) {
        double exact = stored[i] * scale;
        assertThat(entered[i]).isCloseTo(exact, within(unit * Math.abs(exact)));
      }
      double ratio = sum(entered) / sum(stored);
      assertThat(ratio).isCloseTo(scale, within(dtype == Dtype.FLOAT32 ? 1e-6 : 3e-3));
    }
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).map(Math::abs).sum();
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void bfloat16IsNearlyThere(String name) {
    List<TokenizedSample> samples = Families.samples(name);
    try (LanguageModel model = Families.open(name);
        LanguageModel half = Families.open(name, Dtype.BFLOAT16, 4096)) {
      double[] exact = flat(new Scorer(model).logProbs(samples, ProgressListener.NONE));
      double[] found = flat(new Scorer(half).logProbs(samples, ProgressListener.NONE));
      RandomStream noise = RandomStream.of(1, "test", 0, 0);
      double[] wide = flat(new ActivationNoiseScorer(half).logProbs(samples, noise, 0));
      assertThat(deviation(found, exact)).isLessThan(0.1);
      assertThat(deviation(wide, exact)).isLessThan(0.1);
      new Generator(half.decoder(), Set.of())
          .greedy(List.of(new int[20], new int[] {7}), 12, ProgressListener.NONE)
          .forEach(written -> assertThat(written.ids()).hasSize(12));
    }
  }

  private static double[] flat(List<double[]> scores) {
    return scores.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static double deviation(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares / a.length);
  }

  /** New gains change nothing, whatever is stored of them. */
  @ParameterizedTest
  @CsvSource({"gemma2, 0", "gemma3, 0", "olmo2, 1", "qwen3, 1", "pythia, 1", "gpt2, 1", "opt, 1"})
  void newGainsChangeNothing(String name, double stored) {
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 1, 4096, true, 42);
    try (LanguageModel model =
            LanguageModel.open(Golden.path("family/" + name).toString(), options);
        PointerScope scope = new PointerScope()) {
      Parameters parameters = model.decoder().parameters();
      for (String weight : parameters.names()) {
        if (weight.matches(".*(norm|ln_.)\\.weight")) {
          assertThat(Tensors.toDoubles(parameters.get(weight))).containsOnly(stored);
        }
        if (weight.endsWith(".bias")) {
          assertThat(Tensors.toDoubles(parameters.get(weight))).containsOnly(0);
        }
      }
    }
  }

  /** As transformers draws them: 0.3, and 0.3/√6 where a residual branch of three layers ends. */
  @Test
  void gpt2sNewOutputsAreNarrower() {
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 1, 4096, true, 42);
    try (LanguageModel model =
            LanguageModel.open(Golden.path("family/gpt2-untied").toString(), options);
        PointerScope scope = new PointerScope()) {
      Parameters parameters = model.decoder().parameters();
      String layer = "transformer.h.1.";
      for (String part : List.of("attn.c_proj", "mlp.c_proj")) {
        double[] narrow = Tensors.toDoubles(parameters.get(layer + part + ".weight"));
        assertThat(deviation(narrow, new double[narrow.length])).isCloseTo(0.1225, within(0.015));
      }
      for (String part : List.of("attn.c_attn", "mlp.c_fc")) {
        double[] wide = Tensors.toDoubles(parameters.get(layer + part + ".weight"));
        assertThat(deviation(wide, new double[wide.length])).isCloseTo(0.3, within(0.03));
      }
    }
  }

  @Test
  void layersAreReadFromNames() {
    WeightNames names = WeightNames.LLAMA;
    assertThat(names.layerOf("model.layers.12.mlp.up_proj.weight")).hasValue(12);
    assertThat(names.layerOf("model.norm.weight")).isEmpty();
    assertThat(names.layerOf("model.layers.x.weight")).isEmpty();
    assertThat(names.layerOf("model.layers.7")).isEmpty();
  }
}
