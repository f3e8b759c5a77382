package io.engram.unlearn.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.ReferenceStates;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.method.UnlearningMethod.Drawn;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** One SGD update of each method, and three of AdamW, against PyTorch in float64. */
class MethodGoldenTest {
  private static final JsonNode INPUTS = Golden.json("methods/inputs.json");
  private static final TrainingScope ALL = TrainingScope.all();

  @TempDir Path folder;

  private static List<TokenizedSample> inputs(String set) {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : INPUTS.path(set)) {
      samples.add(
          new TokenizedSample(
              Integer.toString(samples.size()),
              Golden.ints(one.path("ids")),
              one.path("label_start").asInt()));
    }
    return samples;
  }

  private static UnlearningMethod method(String name, JsonNode golden) {
    double forget = golden.path("forget_weight").asDouble(1);
    double retain = golden.path("retain_weight").asDouble(0);
    RetainLoss loss = name.endsWith("-kl") ? RetainLoss.KL : RetainLoss.NLL;
    double beta = INPUTS.path("beta").asDouble();
    return switch (name) {
      case "finetune" -> new Finetune();
      case "ga" -> new GradientAscent(forget, retain, loss, null);
      case "po" -> new PreferenceOptimization(forget, retain, loss, null, null);
      case "npo-sum" -> new Npo(forget, retain, loss, null, beta, Npo.Reduction.SUM);
      case "npo-mean" -> new Npo(forget, retain, loss, null, beta, Npo.Reduction.MEAN);
      default -> new GradDiff(forget, retain, loss, null);
    };
  }

  private static OptimizerSettings sgd() {
    return new OptimizerSettings(
        OptimizerSettings.Algorithm.SGD,
        INPUTS.path("learning_rate").asDouble(),
        0,
        0.9,
        0.999,
        1e-8,
        0,
        0,
        OptimizerSettings.Decay.ALL,
        OptimizerSettings.Schedule.CONSTANT,
        0);
  }

  /** The update's sequences: forget part, then retain part. */
  private static List<TrainingSequence> update(
      UnlearningMethod method, Reference reference, @Nullable ReferenceStates states) {
    List<TokenizedSample> forget =
        inputs(method.refusalUse() == UnlearningMethod.RefusalUse.INSTEAD ? "refusal" : "forget");
    List<TrainingSequence> sequences = new ArrayList<>();
    UpdateSize size = UpdateSize.of(forget);
    for (TokenizedSample sample : forget) {
      sequences.add(
          new TrainingSequence(sample, method.objective(new Drawn(sample), size, reference)));
    }
    if (method.retainWeight() > 0) {
      List<TokenizedSample> retain = inputs("retain");
      RetainTerm term = new RetainTerm(method.retainWeight(), states);
      for (TokenizedSample sample : retain) {
        sequences.add(new TrainingSequence(sample, term.of(sample, UpdateSize.of(retain))));
      }
    }
    return sequences;
  }

  @ParameterizedTest
  @CsvSource({
    "gqa-tied,finetune",
    "gqa-tied,ga",
    "gqa-tied,grad_diff-nll",
    "gqa-tied,grad_diff-kl",
    "gqa-tied,po",
    "gqa-tied,npo-sum",
    "gqa-tied,npo-mean",
    "gqa-untied,finetune",
    "gqa-untied,ga",
    "gqa-untied,grad_diff-nll",
    "gqa-untied,grad_diff-kl",
    "gqa-untied,po",
    "gqa-untied,npo-sum",
    "gqa-untied,npo-mean"
  })
  void oneUpdateEqualsPyTorchs(String name, String methodName) {
    JsonNode golden = Golden.json("methods/cases.json").path(name).path(methodName);
    UnlearningMethod method = method(methodName, golden);
    try (LanguageModel reference =
            TinyModels.open(Golden.path("methods/" + name + "-reference"), Dtype.FLOAT64);
        ReferenceStates states =
            ReferenceStates.compute(reference, inputs("retain"), ProgressListener.NONE);
        LanguageModel model = TinyModels.open(Golden.model(name), Dtype.FLOAT64);
        Trainer trainer = new Trainer(model, ALL, sgd(), 1)) {
      List<double[]> scores =
          new Scorer(reference).logProbs(inputs("forget"), ProgressListener.NONE);
      Reference atStart = Reference.ofLogProbs(inputs("forget"), scores);
      boolean kl = method.retainLoss() == RetainLoss.KL;
      double[] losses = trainer.accumulate(update(method, atStart, kl ? states : null));
      assertRelative(Arrays.stream(losses).sum(), golden.path("loss").asDouble(), 1e-7);
      double norm = trainer.update(INPUTS.path("learning_rate").asDouble());
      assertRelative(norm, golden.path("gradient_norm").asDouble(), 1e-6);
      model.save(folder, Dtype.FLOAT32);
    }
    assertSameWeights(Golden.path("methods/" + golden.path("parameters").asString()));
  }

  @Test
  void threeAdamWUpdatesEqualPyTorchs() {
    JsonNode golden = Golden.json("methods/adamw.json");
    OptimizerSettings adamw =
        new OptimizerSettings(
            OptimizerSettings.Algorithm.ADAMW,
            golden.path("learning_rate").asDouble(),
            golden.path("weight_decay").asDouble(),
            0.9,
            0.999,
            1e-8,
            0,
            golden.path("clip_norm").asDouble(),
            OptimizerSettings.Decay.ALL,
            OptimizerSettings.Schedule.LINEAR,
            1);
    try (LanguageModel model = TinyModels.open(Golden.model("gqa-tied"), Dtype.FLOAT64);
        Trainer trainer = new Trainer(model, ALL, adamw, 1)) {
      for (JsonNode step : golden.path("updates")) {
        List<TokenizedSample> batch = inputs(step.path("batch").asString());
        Finetune method = new Finetune();
        UpdateSize size = UpdateSize.of(batch);
        double[] losses =
            trainer.accumulate(
                batch.stream()
                    .map(
                        s ->
                            new TrainingSequence(
                                s, new Objective.OfLogProbs(method.forget(s, size))))
                    .toList());
        assertRelative(Arrays.stream(losses).sum(), step.path("loss").asDouble(), 1e-7);
        double norm = trainer.update(step.path("learning_rate").asDouble());
        assertRelative(norm, step.path("gradient_norm").asDouble(), 1e-6);
      }
      model.save(folder, Dtype.FLOAT32);
    }
    assertSameWeights(Golden.path("methods/adamw-gqa-tied.safetensors"));
  }

  private static void assertRelative(double value, double expected, double relative) {
    assertThat(value).isCloseTo(expected, within(relative * Math.abs(expected)));
  }

  /** Within 1e-6 of each weight matrix's largest number. */
  private void assertSameWeights(Path expected) {
    try (SafetensorsFile ours = new SafetensorsFile(folder.resolve("model.safetensors"));
        SafetensorsFile theirs = new SafetensorsFile(expected)) {
      assertThat(ours.shapes().keySet()).isEqualTo(theirs.shapes().keySet());
      for (String name : ours.shapes().keySet()) {
        double[] a = ours.doubles(name);
        double[] b = theirs.doubles(name);
        double largest = Arrays.stream(b).map(Math::abs).max().orElse(0);
        assertThat(a).as(name).containsExactly(b, within(1e-6 * largest));
      }
    }
  }
}
