package io.engram.model.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.decoder.Parameters;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.RandomSigns;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.TinyModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against central differences of log-probabilities in float64. */
class SecondDerivativesTest {
  private static final TokenizedSample SAMPLE =
      new TokenizedSample("s", new int[] {5, 9, 9, 3, 14}, 2);
  private static final double STEP = 1e-3;

  @TempDir Path folder;

  private static double[] logProbs(LanguageModel model) {
    return new Scorer(model).logProbs(List.of(SAMPLE), ProgressListener.NONE).get(0);
  }

  /** θ += scale · v, with v as {@link SecondDerivatives#along} draws it. */
  private static void move(Parameters parameters, RandomStream signs, double scale) {
    int number = 0;
    for (String name : parameters.names()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor weight = parameters.get(name);
        long[] shape = Tensors.shape(weight);
        weight.add_(
            RandomSigns.draw(signs.child(number++), shape, ScalarType.Double, Device.CPU),
            new Scalar(scale));
      }
    }
  }

  /** (4 D(h) − D(2h)) / 3 with D(h) = (ℓ(+h) + ℓ(−h) − 2ℓ) / h². */
  private static double[] differences(LanguageModel model, RandomStream signs, double step) {
    Parameters parameters = model.decoder().parameters();
    double[] middle = logProbs(model);
    double[] result = new double[middle.length];
    double[] factors = {4.0 / 3, -1.0 / 3};
    for (int k = 0; k < 2; k++) {
      double h = step * (k + 1);
      move(parameters, signs, h);
      double[] plus = logProbs(model);
      move(parameters, signs, -2 * h);
      double[] minus = logProbs(model);
      move(parameters, signs, h);
      for (int t = 0; t < result.length; t++) {
        result[t] += factors[k] * (plus[t] + minus[t] - 2 * middle[t]) / (h * h);
      }
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(strings = {"mha", "gqa-tied", "gqa-untied", "bias"})
  void alongADirectionTheyAreCentralDifferences(String name) {
    RandomStream signs = RandomStream.of(5, "signs", 0, 0);
    try (LanguageModel model = TinyModels.open(name, Dtype.FLOAT64, 4096)) {
      double[] exact = new SecondDerivatives(model).along(SAMPLE, signs);
      double[] expected = differences(model, signs, 1e-4);
      for (int t = 0; t < exact.length; t++) {
        double size = Math.abs(expected[t]) + 100;
        assertThat(exact[t]).isCloseTo(expected[t], within(1e-4 * size));
      }
    }
  }

  private LanguageModel tiny(boolean tied) throws Exception {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "llama", "hidden_size": 8, "intermediate_size": 4, "vocab_size": 16,
         "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 4,
         "initializer_range": 0.4, "max_position_embeddings": 32, "rms_norm_eps": 1e-5,
         "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": %s}
        """
            .formatted(tied));
    return LanguageModel.open(
        folder.toString(),
        new ModelOptions(Device.CPU, Dtype.FLOAT64, PromptTemplate.PLAIN, null, 1, 4096, true, 42));
  }

  private static double[] tracesByDifferences(LanguageModel model) {
    double[] middle = logProbs(model);
    double[] traces = new double[middle.length];
    Parameters parameters = model.decoder().parameters();
    for (String name : parameters.names()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor flat = parameters.get(name).view(-1);
        for (long i = 0; i < flat.numel(); i++) {
          Tensor one = flat.narrow(0, i, 1);
          one.add_(new Scalar(STEP));
          double[] plus = logProbs(model);
          one.sub_(new Scalar(2 * STEP));
          double[] minus = logProbs(model);
          one.add_(new Scalar(STEP));
          for (int t = 0; t < traces.length; t++) {
            traces[t] += (plus[t] + minus[t] - 2 * middle[t]) / (STEP * STEP);
          }
        }
      }
    }
    return traces;
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void tracesAreCentralDifferencesAndTheMeanOverSigns(boolean tied) throws Exception {
    try (LanguageModel model = tiny(tied)) {
      SecondDerivatives derivatives = new SecondDerivatives(model);
      double[] exact = derivatives.exactTraces(SAMPLE);
      assertThat(exact).containsExactly(tracesByDifferences(model), within(1e-2));
      int draws = 300;
      double[] sums = new double[exact.length];
      double[] squares = new double[exact.length];
      for (int k = 0; k < draws; k++) {
        double[] values = derivatives.along(SAMPLE, RandomStream.of(8, "signs", 0, k));
        for (int t = 0; t < values.length; t++) {
          sums[t] += values[t] / draws;
          squares[t] += values[t] * values[t] / draws;
        }
      }
      for (int t = 0; t < exact.length; t++) {
        double error = Math.sqrt((squares[t] - sums[t] * sums[t]) / (draws - 1));
        assertThat(sums[t]).isCloseTo(exact[t], within(4 * error));
      }
    }
  }

  @Test
  void attentionAndNativeMemoryAreLeftAsTheyWere() throws Exception {
    try (LanguageModel model = tiny(true)) {
      SecondDerivatives derivatives = new SecondDerivatives(model);
      derivatives.along(SAMPLE, RandomStream.of(8, "signs", 0, 0));
      System.gc();
      boolean flash = torch.globalContext().userEnabledFlashSDP();
      long before = Pointer.totalCount();
      for (int k = 0; k < 3; k++) {
        derivatives.along(SAMPLE, RandomStream.of(8, "signs", 0, k));
      }
      derivatives.exactTraces(SAMPLE);
      System.gc();
      assertThat(flash).isTrue();
      assertThat(torch.globalContext().userEnabledFlashSDP()).isTrue();
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
      assertThat(model.decoder().parameters().get("model.norm.weight").requires_grad()).isFalse();
    }
  }
}
