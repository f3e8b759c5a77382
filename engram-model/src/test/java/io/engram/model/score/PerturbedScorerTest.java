package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sweep through perturbed layers against weights that were really changed. */
class PerturbedScorerTest {
  private static final RandomStream NOISE = RandomStream.of(5, "test", 0, 3);
  private static final int SMALL_BATCHES = 12;

  private static final List<TokenizedSample> SAMPLES =
      List.of(
          new TokenizedSample("a", new int[] {94, 83, 66, 58, 31, 18, 11, 9}, 4),
          new TokenizedSample("b", new int[] {5, 20, 5, 20, 5, 20, 5, 20}, 3),
          new TokenizedSample("c", new int[] {74, 28, 19, 38, 74}, 4),
          new TokenizedSample("d", new int[] {74, 28, 19, 38, 74, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1));

  /** The model as it's stored: bf16 in bfloat16, lora with its adapter unmerged. */
  private static LanguageModel open(String name, int batchTokens) {
    return switch (name) {
      case "bf16" -> TinyModels.open(name, Dtype.BFLOAT16, batchTokens);
      case "lora" ->
          LanguageModel.open(
              Golden.path("lora/all-linear").toString(),
              new ModelOptions(
                  Device.CPU,
                  null,
                  PromptTemplate.PLAIN,
                  Golden.path("llama/gqa-tied").toString(),
                  1,
                  batchTokens,
                  false,
                  42));
      default -> TinyModels.open(name, null, batchTokens);
    };
  }

  /** ℓ under θ + scale·ε, the float32 weights themselves perturbed. */
  private static List<double[]> inPlace(String name, double scale) {
    try (LanguageModel model =
        name.equals("bf16") ? TinyModels.open(name, Dtype.FLOAT32, 4096) : open(name, 4096)) {
      Parameters parameters = model.decoder().parameters();
      try (AutoGradMode off = new AutoGradMode(false)) {
        for (int i = 0; i < parameters.names().size(); i++) {
          String weight = parameters.names().get(i);
          GaussianNoise.add(parameters.get(weight), NOISE.child(i), scale);
        }
      }
      return new Scorer(model).logProbs(SAMPLES, ProgressListener.NONE);
    }
  }

  private static double[] flat(List<double[]> scores) {
    return scores.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied", "mha", "bias", "bf16", "lora"})
  void equalsWeightsPerturbedInPlace(String name) {
    double[] scales = {0.02, -0.02, 0};
    for (int batchTokens : new int[] {4096, SMALL_BATCHES}) {
      try (LanguageModel model = open(name, batchTokens)) {
        List<List<double[]>> found = new PerturbedScorer(model).logProbs(SAMPLES, NOISE, scales);
        assertThat(found).hasSize(scales.length);
        for (int s = 0; s < scales.length; s++) {
          assertThat(flat(found.get(s)))
              .as("%s, scale %s, batches of %s", name, scales[s], batchTokens)
              .containsExactly(flat(inPlace(name, scales[s])), within(1e-5));
        }
        assertThat(flat(found.get(0))).isNotEqualTo(flat(found.get(1)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied", "bias", "bf16", "lora"})
  void severalScalesAtOnceAreThoseOneAtATime(String name) {
    double[] scales = {0, 0.02, 0, -0.02, 1e-4};
    try (LanguageModel model = open(name, SMALL_BATCHES)) {
      PerturbedScorer scorer = new PerturbedScorer(model);
      List<List<double[]>> together = scorer.logProbs(SAMPLES, NOISE, scales);
      for (int s = 0; s < scales.length; s++) {
        assertThat(flat(together.get(s)))
            .isEqualTo(flat(scorer.logProbs(SAMPLES, NOISE, scales[s])));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "bf16", "lora"})
  void storedWeightsAreOnlyRead(String name) {
    try (LanguageModel model = open(name, SMALL_BATCHES)) {
      double[] before = weights(model);
      double[] scored = flat(new Scorer(model).logProbs(SAMPLES, ProgressListener.NONE));
      new PerturbedScorer(model).logProbs(SAMPLES, NOISE, new double[] {0, 0.5, -0.5});
      assertThat(weights(model)).isEqualTo(before);
      assertThat(flat(new Scorer(model).logProbs(SAMPLES, ProgressListener.NONE)))
          .isEqualTo(scored);
    }
  }

  private static double[] weights(LanguageModel model) {
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope()) {
      return parameters.names().stream()
          .flatMapToDouble(name -> Arrays.stream(Tensors.toDoubles(parameters.get(name))))
          .toArray();
    }
  }

  /** Half a unit in the last place of a bfloat16 weight near 0.5 is 1e-3: 1e-4 must be seen. */
  @Test
  void noiseBelowTheRoundingOfBfloat16IsSeen() {
    try (LanguageModel model = open("bf16", 4096)) {
      PerturbedScorer scorer = new PerturbedScorer(model);
      double[] original = flat(scorer.logProbs(SAMPLES, NOISE, 0));
      double[] small = flat(scorer.logProbs(SAMPLES, NOISE, 1e-4));
      double[] larger = flat(scorer.logProbs(SAMPLES, NOISE, 2e-4));
      for (int t = 0; t < original.length; t++) {
        double step = small[t] - original[t];
        assertThat(larger[t] - original[t])
            .isCloseTo(2 * step, within(0.2 * Math.abs(step) + 1e-5));
      }
      assertThat(small).isNotEqualTo(original);
    }
  }

  @Test
  void leaksNoNativeMemory() {
    for (String name : List.of("gqa-tied", "bf16", "lora")) {
      try (LanguageModel model = open(name, SMALL_BATCHES)) {
        PerturbedScorer scorer = new PerturbedScorer(model);
        double[] scales = {0, 0.02, 0, -0.02};
        scorer.logProbs(SAMPLES, NOISE, scales);
        System.gc();
        long count = Pointer.totalCount();
        long bytes = Pointer.totalBytes();
        for (int i = 0; i < 5; i++) {
          scorer.logProbs(SAMPLES, NOISE, scales);
        }
        System.gc();
        assertThat(Pointer.totalCount()).as(name).isLessThanOrEqualTo(count);
        assertThat(Pointer.totalBytes()).as(name).isLessThanOrEqualTo(bytes);
      }
    }
  }
}
