package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyTraining;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the trainer's hand-written passes give, for every family. */
class FamilyTrainerTest {
  private static final SequenceLoss MEAN_NLL =
      logProbs -> {
        double[] slopes = new double[logProbs.length];
        Arrays.fill(slopes, -1.0 / logProbs.length);
        return new SequenceLoss.Slope(-Arrays.stream(logProbs).average().orElseThrow(), slopes);
      };

  private static TokenizedSample last(String name) {
    List<TokenizedSample> samples = Families.samples(name);
    return samples.get(samples.size() - 1);
  }

  /** θ before less θ after a step of 1 along the gradient. */
  private static Map<String, double[]> gradients(LanguageModel model, TrainingSequence sequence) {
    Map<String, double[]> gradients = values(model);
    try (Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.sgd(), 7)) {
      trainer.accumulate(List.of(sequence));
      trainer.update(1);
    }
    values(model)
        .forEach(
            (name, after) -> {
              double[] before = Objects.requireNonNull(gradients.get(name));
              Arrays.setAll(before, i -> before[i] - after[i]);
            });
    return gradients;
  }

  private static Map<String, double[]> values(LanguageModel model) {
    Map<String, double[]> values = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      Parameters parameters = model.decoder().parameters();
      parameters.names().forEach(n -> values.put(n, Tensors.toDoubles(parameters.get(n))));
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void gradientsOfLogProbabilitiesEqualThoseOfTransformers(String name) {
    JsonNode expected = Families.expected(name).path("gradients");
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096)) {
      TrainingSequence sequence =
          new TrainingSequence(last(name), new Objective.OfLogProbs(MEAN_NLL));
      gradients(model, sequence)
          .forEach(
              (weight, g) -> {
                double[] own = Golden.doubles(expected.path(weight));
                double squares = 0;
                double sum = 0;
                for (int i = 0; i < g.length; i++) {
                  squares += g[i] * g[i];
                  sum += g[i] * Math.cos(i);
                }
                double tolerance = 2e-5 * own[0] + 1e-6;
                assertThat(Math.sqrt(squares)).as(weight).isCloseTo(own[0], within(tolerance));
                assertThat(sum).as(weight).isCloseTo(own[1], within(tolerance));
              });
    }
  }

  /** KL to the model as it was before its weights were moved, against autograd. */
  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "gemma3", "phi3", "olmo2", "pythia", "gpt2", "opt-after"})
  void gradientsOfKlEqualAutograds(String name) {
    TokenizedSample sample = last(name);
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096);
        ReferenceStates reference =
            ReferenceStates.compute(model, List.of(sample), ProgressListener.NONE);
        PointerScope scope = new PointerScope()) {
      Tensor logQ = torch.log_softmax(logits(model, sample), 1).detach();
      Parameters parameters = model.decoder().parameters();
      try (AutoGradMode off = new AutoGradMode(false)) {
        RandomStream noise = RandomStream.of(5, "test", 0, 0);
        parameters.names().forEach(n -> GaussianNoise.add(parameters.get(n), noise, 0.05));
      }
      parameters.names().forEach(n -> parameters.get(n).set_requires_grad(true));
      Tensor logP = torch.log_softmax(logits(model, sample), 1);
      logQ.exp().mul(logQ.sub(logP)).sum().mul(new Scalar(0.3)).backward();
      Map<String, double[]> expected = new LinkedHashMap<>();
      for (String weight : parameters.names()) {
        expected.put(weight, Tensors.toDoubles(parameters.get(weight).grad()));
        parameters.get(weight).mutable_grad().reset();
        parameters.get(weight).set_requires_grad(false);
      }
      Objective kl = new Objective.KlToReference(reference, 0.3);
      gradients(model, new TrainingSequence(sample, kl))
          .forEach(
              (weight, g) ->
                  assertThat(g).as(weight).containsExactly(expected.get(weight), within(1e-9)));
    }
  }

  private static Tensor logits(LanguageModel model, TokenizedSample sample) {
    LabelledBatch batch = LabelledBatch.of(List.of(sample));
    Tensor embedded = model.decoder().embed(batch.batch().ids());
    Tensor rows = Tensors.ofInts(batch.rows(), Device.CPU);
    return model.decoder().lmHead().logits(model.decoder().hidden(batch.batch(), embedded, rows));
  }

  @Test
  void targetsThatAFamilyHasNotAreAnsweredWithThoseItHas() {
    TrainingScope scope = TrainingScope.lora(4, 8, List.of("q_proj", "v_proj"), List.of());
    try (LanguageModel model = Families.open("phi3")) {
      assertThatThrownBy(() -> new Trainer(model, scope, TinyTraining.adamw(), 7))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining(
              "No weight is trained with targets [q_proj, v_proj] and layers []; the model has"
                  + " layers 0 to 2 with the linear layers qkv_proj, o_proj, gate_up_proj,"
                  + " down_proj.");
    }
  }
}
