package io.engram.model.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.gradient.SeparateSteps.Start;
import io.engram.model.gradient.SeparateSteps.Step;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.testkit.Golden;
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Steps in packed passes against weights that are really moved, a sample at a time. */
class SeparateStepsTest {
  private static final TrainingScope ALL = TrainingScope.all();
  private static final TrainingScope LAYER = TrainingScope.ofLayers(List.of(1));

  private static List<Step> steps(
      LanguageModel model,
      TrainingScope scope,
      SeparateSteps.Direction direction,
      List<TokenizedSample> samples,
      ToDoubleFunction<Start> distance) {
    return new SeparateSteps(model, scope, direction).of(samples, distance, ProgressListener.NONE);
  }

  private static List<String> names(LanguageModel model, TrainingScope scope) {
    return model.decoder().parameters().names().stream()
        .filter(
            name ->
                scope.layers().isEmpty()
                    || scope.layers().contains(model.config().names().layerOf(name).orElse(-1)))
        .toList();
  }

  private static double length(SeparateSteps.Direction direction) {
    return direction == SeparateSteps.Direction.SIGN ? 0.003 : 0.02;
  }

  private static void assertAgrees(
      LanguageModel model,
      TrainingScope scope,
      SeparateSteps.Direction direction,
      List<TokenizedSample> samples) {
    double h = length(direction);
    List<Step> found = steps(model, scope, direction, samples, s -> h);
    for (int i = 0; i < samples.size(); i++) {
      MovedWeights.Moved expected =
          MovedWeights.of(model, names(model, scope), direction, samples.get(i), h);
      Step step = found.get(i);
      assertThat(step.start().slope()).isCloseTo(expected.slope(), within(1e-5 * expected.slope()));
      assertThat(step.start().logProbs()).containsExactly(expected.start(), within(1e-10));
      double change = Math.abs(step.along()[0] - step.start().logProbs()[0]);
      assertThat(change).isGreaterThan(1e-4);
      assertThat(step.along()).containsExactly(expected.along(), within(2e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void everyFamilyGoesWhereItsGradientLeads(String name) {
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096)) {
      List<TokenizedSample> samples = Families.samples(name);
      assertAgrees(model, ALL, SeparateSteps.Direction.GRADIENT, samples);
      assertAgrees(model, ALL, SeparateSteps.Direction.SIGN, samples);
    }
  }

  @ParameterizedTest
  @EnumSource(SeparateSteps.Direction.class)
  void onlyWhatIsTrainedMoves(SeparateSteps.Direction direction) {
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096);
        LanguageModel untied = TinyModels.open("gqa-untied", Dtype.FLOAT64, 4096)) {
      assertAgrees(model, LAYER, direction, samples());
      assertAgrees(untied, LAYER, direction, samples());
      assertAgrees(untied, ALL, direction, samples());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "all-linear, gqa-tied, GRADIENT",
    "all-linear, gqa-tied, SIGN",
    "rslora-qv, gqa-tied, SIGN"
  })
  void adaptersMoveAlone(String adapter, String base, SeparateSteps.Direction direction) {
    ModelOptions options =
        new ModelOptions(
            Device.CPU,
            Dtype.FLOAT64,
            PromptTemplate.PLAIN,
            Golden.path("llama/" + base).toString(),
            1,
            4096,
            false,
            42);
    try (LanguageModel model =
        LanguageModel.open(Golden.path("lora/" + adapter).toString(), options)) {
      assertAgrees(model, ALL, direction, samples());
    }
  }

  @ParameterizedTest
  @EnumSource(SeparateSteps.Direction.class)
  void batchCompositionChangesOnlyRounding(SeparateSteps.Direction direction) {
    List<TokenizedSample> samples = samples();
    double h = length(direction);
    try (LanguageModel whole = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096);
        LanguageModel split = TinyModels.open("gqa-tied", Dtype.FLOAT64, 16)) {
      List<Step> left = steps(whole, ALL, direction, samples, s -> h);
      List<Step> right = steps(split, ALL, direction, samples, s -> h);
      for (int i = 0; i < samples.size(); i++) {
        assertThat(right.get(i).along()).containsExactly(left.get(i).along(), within(1e-9));
      }
    }
  }

  /** 16-bit weights move in float32: a step far below their rounding counts. */
  @Test
  void sixteenBitWeightsAreMovedInFullPrecision() {
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = TinyModels.open("bf16", Dtype.BFLOAT16, 4096);
        LanguageModel wide = TinyModels.open("bf16", Dtype.FLOAT32, 4096)) {
      List<Step> found = steps(model, ALL, SeparateSteps.Direction.SIGN, samples, s -> 1e-4);
      List<Step> expected = steps(wide, ALL, SeparateSteps.Direction.SIGN, samples, s -> 1e-4);
      for (int i = 0; i < samples.size(); i++) {
        double moved = mean(expected.get(i).along()) - mean(expected.get(i).start().logProbs());
        assertThat(Math.abs(moved)).isGreaterThan(1e-4);
        assertThat(mean(found.get(i).along()) - mean(found.get(i).start().logProbs()))
            .isCloseTo(moved, within(0.02 * Math.abs(moved)));
      }
    }
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  @Test
  void theSlopeIsThatOfTheLoss() {
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096)) {
      for (Step step : steps(model, ALL, SeparateSteps.Direction.GRADIENT, samples(), s -> 1e-5)) {
        double grown = (-mean(step.along()) - step.start().loss()) / 1e-5;
        assertThat(grown).isCloseTo(step.start().slope(), within(1e-3 * grown));
      }
    }
  }

  @Test
  void aSampleWithoutADistanceStaysWhileOthersMove() {
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      Start first = steps(model, ALL, SeparateSteps.Direction.SIGN, samples, s -> 0).get(0).start();
      List<Step> steps =
          steps(
              model,
              ALL,
              SeparateSteps.Direction.SIGN,
              samples,
              s -> s.loss() == first.loss() ? 0 : 0.003);
      assertThat(steps.get(0).along()).isSameAs(steps.get(0).start().logProbs());
      assertThat(steps.get(1).along()).isNotEqualTo(steps.get(1).start().logProbs());
    }
  }

  @Test
  void nothingIsLeftInNativeMemoryAndLayersThatAreNotThereAreNamed() {
    TrainingScope none = TrainingScope.ofLayers(List.of(9));
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      steps(model, ALL, SeparateSteps.Direction.SIGN, samples(), s -> 0.003);
      long alive = Pointer.totalCount();
      steps(model, ALL, SeparateSteps.Direction.SIGN, samples(), s -> 0.003);
      // Less, if what other tests dropped is collected meanwhile.
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(alive);
      assertThatThrownBy(
              () -> steps(model, none, SeparateSteps.Direction.SIGN, samples(), s -> 0.003))
          .hasMessage("No weight of the model is in layers [9]; it has layers 0 to 1.");
    }
  }

  /** New adapters have B = 0; whoever asks before and after a trainer puts them asks the same. */
  @Test
  void adaptersThatComeLaterMove() {
    TrainingScope lora = TrainingScope.lora(4, 8, List.of("q_proj", "down_proj"), List.of());
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096)) {
      SeparateSteps steps = new SeparateSteps(model, lora, SeparateSteps.Direction.SIGN);
      try (Trainer trainer = new Trainer(model, lora, TinyTraining.sgd(), 7)) {
        assertThat(trainer.updates()).isZero();
        assertThat(model.decoder().parameters().adapters()).isNotEmpty();
        List<Step> found = steps.of(samples, s -> 0.05, ProgressListener.NONE);
        for (int i = 0; i < samples.size(); i++) {
          MovedWeights.Moved expected =
              MovedWeights.of(model, List.of(), SeparateSteps.Direction.SIGN, samples.get(i), 0.05);
          assertThat(found.get(i).along()).containsExactly(expected.along(), within(2e-5));
        }
      }
    }
  }

  /** Some of equal length, with a token twice, and one that is longer than the layers are wide. */
  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : Golden.json("llama/gqa-tied/expected.json").path("sequences")) {
      if (one.path("ids").size() > 3) {
        samples.add(new TokenizedSample("s" + samples.size(), Golden.ints(one.path("ids")), 2));
      }
    }
    int[] again = samples.get(samples.size() - 1).ids().clone();
    again[1] = again[0];
    samples.add(new TokenizedSample("again", again, 2));
    int[] longer = new int[70];
    for (int t = 0; t < longer.length; t++) {
      longer[t] = 3 + (7 * t) % 50;
    }
    samples.add(new TokenizedSample("longer", longer, 1));
    return samples;
  }
}
