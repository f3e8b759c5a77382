package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** A look against a real update of the optimiser on a model of its own. */
class JointStepTest {
  private static final TrainingScope ALL = TrainingScope.all();
  private static final TrainingScope LORA =
      TrainingScope.lora(4, 8, List.of("q_proj", "v_proj", "down_proj"), List.of());
  private static final TrainingScope LAYER = TrainingScope.ofLayers(List.of(1));
  private static final double STEP = 0.01;

  /** Neither decay nor clipping; ε so small that Adam's first update is η sign(g). */
  private static OptimizerSettings optimizer(boolean sign) {
    return new OptimizerSettings(
        sign ? OptimizerSettings.Algorithm.ADAMW : OptimizerSettings.Algorithm.SGD,
        STEP,
        0,
        0.9,
        0.999,
        1e-30,
        0,
        0,
        OptimizerSettings.Decay.ALL,
        OptimizerSettings.Schedule.CONSTANT,
        0);
  }

  private static TrainingScope scope(String name) {
    return switch (name) {
      case "all" -> ALL;
      case "layer" -> LAYER;
      default -> LORA;
    };
  }

  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : Golden.json("llama/gqa-tied/expected.json").path("sequences")) {
      if (one.path("ids").size() > 3) {
        samples.add(new TokenizedSample("s" + samples.size(), Golden.ints(one.path("ids")), 2));
      }
    }
    return samples;
  }

  /** Mean ℓ over all labelled tokens: gradient ascent on the loss. */
  private static List<TrainingSequence> ascent(List<TokenizedSample> samples) {
    int tokens = samples.stream().mapToInt(TokenizedSample::labels).sum();
    SequenceLoss loss =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, 1.0 / tokens);
          return new SequenceLoss.Slope(Arrays.stream(logProbs).sum() / tokens, slopes);
        };
    return samples.stream()
        .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(loss)))
        .toList();
  }

  private static double[] scores(LanguageModel model, List<TokenizedSample> samples) {
    return new Scorer(model)
        .logProbs(samples, ProgressListener.NONE).stream()
            .flatMapToDouble(Arrays::stream)
            .toArray();
  }

  /** All numbers of the model: weights and adapters. */
  private static List<double[]> numbers(LanguageModel model) {
    List<double[]> numbers = new ArrayList<>();
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope()) {
      parameters.names().forEach(name -> numbers.add(Tensors.toDoubles(parameters.get(name))));
      for (Parameters.Adapter adapter : parameters.adapters().values()) {
        numbers.add(Tensors.toDoubles(adapter.a()));
        numbers.add(Tensors.toDoubles(adapter.b()));
      }
    }
    return numbers;
  }

  /** Gradients that a trainer has summed in autograd. */
  private static List<double[]> gradients(LanguageModel model) {
    List<double[]> numbers = new ArrayList<>();
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope()) {
      for (String name : parameters.names()) {
        add(numbers, parameters.get(name));
      }
      parameters.adapters().values().forEach(adapter -> add(numbers, adapter.b()));
    }
    return numbers;
  }

  private static void add(List<double[]> numbers, Tensor weight) {
    Tensor gradient = weight.grad();
    if (gradient.defined()) {
      numbers.add(Tensors.toDoubles(gradient));
    }
  }

  /** In the middle of a training that goes on afterwards as though nobody had looked. */
  @ParameterizedTest
  @CsvSource({
    "gqa-tied, all, true",
    "gqa-tied, all, false",
    "gqa-untied, all, true",
    "gqa-untied, all, false",
    "bias, all, true",
    "gqa-tied, lora, true",
    "gqa-tied, lora, false",
    "gqa-tied, layer, true",
  })
  void isWhereTheFirstUpdateLeads(String name, String scope, boolean sign) {
    List<TokenizedSample> one = samples().subList(2, 3);
    try (LanguageModel model = TinyModels.open(name, Dtype.FLOAT64, 4096)) {
      double[] start;
      JointStep.Look look;
      double[] before;
      try (Trainer trainer = new Trainer(model, scope(scope), optimizer(false), 7)) {
        trainer.accumulate(ascent(samples()));
        trainer.update(0.05);
        trainer.accumulate(ascent(samples()));
        List<double[]> numbers = numbers(model);
        List<double[]> gradients = gradients(model);
        start = scores(model, one);
        long alive = Pointer.totalCount();
        look = new JointStep(model, scope(scope)).of(one, sign, found -> STEP);
        assertThat(Pointer.totalCount()).isEqualTo(alive);
        assertThat(numbers(model)).usingRecursiveComparison().isEqualTo(numbers);
        assertThat(gradients).isNotEmpty();
        assertThat(gradients(model)).usingRecursiveComparison().isEqualTo(gradients);
        before = scores(model, samples());
      }
      assertThat(look.start().logProbs()).containsExactly(start, within(1e-12));
      assertThat(scores(model, samples())).containsExactly(before);
      assertThat(look.along()).containsExactly(updated(name, scope, sign), within(1e-9));
    }
  }

  /** ℓ_t of the same sample after an update of the optimiser, from the same place. */
  private static double[] updated(String name, String scope, boolean sign) {
    List<TokenizedSample> one = samples().subList(2, 3);
    try (LanguageModel model = TinyModels.open(name, Dtype.FLOAT64, 4096)) {
      try (Trainer first = new Trainer(model, scope(scope), optimizer(false), 7)) {
        first.accumulate(ascent(samples()));
        first.update(0.05);
        if (scope.equals("lora")) {
          // A new trainer would put new adapters: the same one goes on, by SGD and by hand.
          return onAdapters(model, first, one, sign);
        }
      }
      try (Trainer trainer = new Trainer(model, scope(scope), optimizer(sign), 7)) {
        trainer.accumulate(ascent(one));
        trainer.update(STEP);
      }
      return scores(model, one);
    }
  }

  private static double[] onAdapters(
      LanguageModel model, Trainer trainer, List<TokenizedSample> one, boolean sign) {
    trainer.accumulate(ascent(one));
    if (sign) {
      for (Parameters.Adapter adapter : model.decoder().parameters().adapters().values()) {
        adapter.a().grad().sign_();
        adapter.b().grad().sign_();
      }
    }
    trainer.update(STEP);
    return scores(model, one);
  }

  /** Samples taken together are those of one loss, in however many passes. */
  @Test
  void severalSamplesAreOneInAnyNumberOfPasses() {
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096);
        LanguageModel small = TinyModels.open("gqa-tied", Dtype.FLOAT64, 16)) {
      List<TokenizedSample> samples = samples();
      JointStep.Look whole = new JointStep(model, ALL).of(samples, false, s -> STEP);
      JointStep.Look parts = new JointStep(small, ALL).of(samples, false, s -> STEP);
      assertThat(whole.along()).containsExactly(parts.along(), within(1e-10));
      assertThat(whole.start().l1()).isCloseTo(parts.start().l1(), within(1e-9));
      assertThat(whole.start().loss())
          .isCloseTo(-Arrays.stream(scores(model, samples)).average().orElseThrow(), within(1e-12));
      try (WeightSnapshot before = new WeightSnapshot(model);
          Trainer trainer = new Trainer(model, ALL, optimizer(false), 7)) {
        trainer.accumulate(ascent(samples));
        assertThat(trainer.update(STEP)).isCloseTo(whole.start().l2(), within(1e-12));
        assertThat(before.meanAbsoluteChange() * model.decoder().parameters().count())
            .isCloseTo(STEP * whole.start().l1(), within(1e-9));
      }
      assertThat(whole.along()).containsExactly(scores(model, samples), within(1e-10));
    }
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void everyFamilyLooksWhereItsTrainerGoes(String name) {
    List<TokenizedSample> all = Families.samples(name);
    List<TokenizedSample> last = all.subList(all.size() - 1, all.size());
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096)) {
      JointStep.Look look = new JointStep(model, ALL).of(last, false, s -> STEP);
      try (Trainer trainer = new Trainer(model, ALL, TinyTraining.sgd(), 7)) {
        trainer.accumulate(ascent(last));
        trainer.update(STEP);
      }
      assertThat(look.along()).containsExactly(scores(model, last), within(1e-10));
    }
  }

  /** Weights in 16 bits are moved in float32: a step far below their rounding counts. */
  @Test
  void sixteenBitWeightsAreMovedInFullPrecision() {
    try (LanguageModel model = TinyModels.open("bf16", Dtype.BFLOAT16, 4096)) {
      JointStep.Look look = new JointStep(model, ALL).of(samples().subList(0, 1), true, s -> 1e-4);
      double moved =
          Arrays.stream(look.along()).sum() - Arrays.stream(look.start().logProbs()).sum();
      double expected = -1e-4 * look.start().l1() * look.along().length;
      assertThat(moved).isCloseTo(expected, within(0.05 * Math.abs(expected)));
    }
  }

  @Test
  void withoutADistanceNothingIsLookedAt() {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      JointStep.Look look = new JointStep(model, ALL).of(samples(), true, s -> 0);
      assertThat(look.along()).isSameAs(look.start().logProbs());
      assertThat(look.start().l1()).isPositive();
    }
  }

  @Test
  void layersThatAreNotThereAreNamed() {
    TrainingScope none = TrainingScope.ofLayers(List.of(9));
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      long alive = Pointer.totalCount();
      assertThatThrownBy(() -> new JointStep(model, none).of(samples(), true, s -> 0))
          .hasMessage("No weight of the model is in layers [9]; it has layers 0 to 1.");
      assertThat(Pointer.totalCount()).isEqualTo(alive);
    }
  }
}
