package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import io.engram.testkit.model.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Going back to a model's weights, how far they went, and how large the gradient was. */
class WeightSnapshotTest {
  private static final String Q = WeightNames.LLAMA.layer(0) + ".self_attn.q_proj.weight";
  private static final TrainingScope LORA =
      TrainingScope.lora(4, 8, List.of("q_proj", "down_proj"), List.of());
  private static final List<TokenizedSample> SAMPLES =
      List.of(
          new TokenizedSample("a", new int[] {87, 42, 69, 22, 15, 23, 20, 64, 63}, 4),
          new TokenizedSample("b", new int[] {62, 37, 42, 63, 15, 9, 8, 56}, 7));

  /** −Σ ℓ of each. */
  private static List<TrainingSequence> sequences() {
    SequenceLoss loss =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -1);
          return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
        };
    return SAMPLES.stream()
        .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(loss)))
        .toList();
  }

  private static void train(LanguageModel model, TrainingScope scope, OptimizerSettings optimizer) {
    try (Trainer trainer = new Trainer(model, scope, optimizer, 7)) {
      for (int i = 0; i < 3; i++) {
        trainer.accumulate(sequences());
        trainer.update(0.01);
      }
    }
  }

  private static void assertEqual(Map<String, double[]> found, Map<String, double[]> wanted) {
    assertThat(found.keySet()).containsExactlyElementsOf(wanted.keySet());
    wanted.forEach((name, numbers) -> assertThat(found.get(name)).as(name).isEqualTo(numbers));
  }

  private static double[] scores(LanguageModel model) {
    return new Scorer(model)
        .logProbs(SAMPLES, ProgressListener.NONE).stream()
            .flatMapToDouble(Arrays::stream)
            .toArray();
  }

  @Test
  void allWeightsComeBackBitForBit() {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        WeightSnapshot start = new WeightSnapshot(model)) {
      Map<String, double[]> before = Weights.of(model);
      double[] scored = scores(model);
      train(model, TrainingScope.all(), TinyTraining.adamw());
      assertThat(start.meanAbsoluteChange()).isPositive();
      assertThat(scores(model)).isNotEqualTo(scored);
      start.restore();
      assertEqual(Weights.of(model), before);
      assertThat(scores(model)).isEqualTo(scored);
      assertThat(start.meanAbsoluteChange()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "bf16"})
  void newAdaptersAreDropped(String name) {
    try (LanguageModel model =
            TinyModels.open(name, name.equals("bf16") ? Dtype.BFLOAT16 : null, 4096);
        WeightSnapshot start = new WeightSnapshot(model)) {
      Map<String, double[]> before = Weights.of(model);
      double[] scored = scores(model);
      train(model, LORA, TinyTraining.adamw());
      assertThat(model.decoder().parameters().adapters()).isNotEmpty();
      assertThat(scores(model)).isNotEqualTo(scored);
      start.restore();
      assertThat(model.decoder().parameters().adapters()).isEmpty();
      assertEqual(Weights.of(model), before);
      assertThat(scores(model)).isEqualTo(scored);
    }
  }

  @Test
  void anAdapterThatTheModelHasIsMergedAndStays() {
    ModelOptions options =
        new ModelOptions(
            Device.CPU,
            null,
            PromptTemplate.PLAIN,
            Golden.path("llama/gqa-tied").toString(),
            1,
            4096,
            false,
            42);
    try (LanguageModel model =
        LanguageModel.open(Golden.path("lora/all-linear").toString(), options)) {
      double[] unmerged = scores(model);
      try (WeightSnapshot start = new WeightSnapshot(model)) {
        double[] merged = scores(model);
        assertThat(merged).containsExactly(unmerged, within(1e-5));
        train(model, LORA, TinyTraining.adamw());
        start.restore();
        assertThat(scores(model)).isEqualTo(merged);
      }
    }
  }

  /** One gain of 32 numbers grows by a quarter: the mean over all P numbers is 8/P. */
  @Test
  void theChangeIsAMeanOverAllParameters() {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        WeightSnapshot start = new WeightSnapshot(model);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Parameters parameters = model.decoder().parameters();
      parameters.get(WeightNames.LLAMA.finalNorm()).sub_(new Scalar(0.25), new Scalar(1.0));
      assertThat(start.meanAbsoluteChange()).isCloseTo(8.0 / parameters.count(), within(1e-9));
    }
  }

  /**
   * A of ones, B of h/2 and scale 2 add h to each number of the weight. An h of 2⁻¹² is below half
   * a unit in the last place of most bfloat16 weights here, and is still counted.
   */
  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "bf16"})
  void adaptersCountThroughWhatTheyAdd(String name) {
    double h = Math.pow(2, -12);
    try (LanguageModel model =
            TinyModels.open(name, name.equals("bf16") ? Dtype.BFLOAT16 : null, 4096);
        WeightSnapshot start = new WeightSnapshot(model)) {
      Parameters parameters = model.decoder().parameters();
      long[] shape = Tensors.shape(parameters.get(Q));
      try (PointerScope scope = new PointerScope()) {
        parameters.putAdapter(
            Q,
            new Parameters.Adapter(
                torch.ones(1, shape[1]), torch.ones(shape[0], 1).mul(new Scalar(h / 2)), 2, false));
      }
      assertThat(start.meanAbsoluteChange())
          .isCloseTo(h * shape[0] * shape[1] / parameters.count(), within(1e-12));
    }
  }

  /** An update of plain SGD is η times the gradient, so the weights tell how large it was. */
  @Test
  void theChangeIsTheGradientThatSgdFollows() {
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096);
        WeightSnapshot start = new WeightSnapshot(model);
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.sgd(), 7)) {
      Map<String, double[]> before = Weights.of(model);
      trainer.accumulate(sequences());
      double norm = trainer.update(0.25);
      double sum = 0;
      double squares = 0;
      for (Map.Entry<String, double[]> after : Weights.of(model).entrySet()) {
        double[] from = before.getOrDefault(after.getKey(), new double[0]);
        assertThat(from).hasSameSizeAs(after.getValue());
        for (int i = 0; i < from.length; i++) {
          double gradient = (after.getValue()[i] - from[i]) / 0.25;
          sum += Math.abs(gradient);
          squares += gradient * gradient;
        }
      }
      assertThat(norm).isCloseTo(Math.sqrt(squares), within(1e-9 * norm));
      assertThat(start.meanAbsoluteChange())
          .isCloseTo(0.25 * sum / model.decoder().parameters().count(), within(1e-9 * sum));
    }
  }

  @Test
  void gradientsAddUpUntilTheUpdate() {
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096);
        Trainer trainer = new Trainer(model, LORA, TinyTraining.sgd(), 7)) {
      trainer.accumulate(sequences());
      double once = trainer.update(0);
      assertThat(once).isPositive();
      trainer.accumulate(sequences());
      trainer.accumulate(sequences());
      assertThat(trainer.update(0)).isCloseTo(2 * once, within(1e-9));
      trainer.accumulate(sequences());
      assertThat(trainer.update(0)).isCloseTo(once, within(1e-9));
    }
  }

  @Test
  void leaksNoNativeMemory() {
    backAndForth();
    System.gc();
    long before = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      backAndForth();
    }
    System.gc();
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }

  private static void backAndForth() {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        WeightSnapshot start = new WeightSnapshot(model)) {
      for (TrainingScope scope : List.of(LORA, TrainingScope.all())) {
        train(model, scope, TinyTraining.adamw());
        start.meanAbsoluteChange();
        start.restore();
      }
    }
  }
}
