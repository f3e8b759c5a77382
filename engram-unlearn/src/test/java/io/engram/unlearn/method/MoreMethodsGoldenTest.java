package io.engram.unlearn.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.recipe.MethodSection;
import io.engram.core.recipe.MethodSection.MethodName;
import io.engram.core.recipe.MethodSection.RetainLoss;
import io.engram.core.recipe.OptimizerSection;
import io.engram.core.recipe.ScopeSection;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.ReferenceStates;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Two SGD updates of the methods beyond the paper's, against PyTorch in float64. */
class MoreMethodsGoldenTest {
  private static final JsonNode INPUTS = Golden.json("methods/inputs.json");
  private static final JsonNode GOLDEN = Golden.json("methods/more.json");

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

  private static MethodSection section(String name) {
    return new MethodSection(
        MethodName.valueOf(name.toUpperCase(Locale.ROOT)),
        GOLDEN.path("forget_weight").asDouble(),
        name.equals("ceu") ? 0 : GOLDEN.path("retain_weight").asDouble(),
        name.equals("undial") ? RetainLoss.KL : RetainLoss.NLL,
        GOLDEN.path(name + "_beta").asDouble(),
        GOLDEN.path(name + "_delta").asDouble(),
        MethodSection.Reduction.SUM,
        null);
  }

  private static Trainer trainer(LanguageModel model) {
    OptimizerSection sgd =
        new OptimizerSection(
            OptimizerSection.OptimizerName.SGD,
            GOLDEN.path("learning_rate").asDouble(),
            0,
            List.of(0.9, 0.999),
            1e-8,
            0,
            0,
            OptimizerSection.Decay.ALL,
            OptimizerSection.Schedule.CONSTANT,
            0);
    ScopeSection all = new ScopeSection(ScopeSection.Train.ALL, 8, 16, 0, List.of(), List.of());
    return new Trainer(model, all, sgd, 1);
  }

  private static double[] nll(LanguageModel reference, String set) {
    return new Scorer(reference)
        .logProbs(inputs(set), ProgressListener.NONE).stream()
            .mapToDouble(l -> -Arrays.stream(l).sum())
            .toArray();
  }

  private static Reference reference(LanguageModel model, ReferenceStates states) {
    Map<String, Double> nll = new HashMap<>();
    double[] all = nll(model, "forget");
    for (int i = 0; i < all.length; i++) {
      nll.put(Integer.toString(i), all[i]);
    }
    return new Reference(nll, states);
  }

  private static List<Drawn> drawn(UnlearningMethod method, LanguageModel reference) {
    List<TokenizedSample> forget = inputs("forget");
    if (method.refusals() == UnlearningMethod.RefusalUse.NONE) {
      return forget.stream().map(Drawn::new).toList();
    }
    List<TokenizedSample> refused = inputs("refusal");
    double[] nll = nll(reference, "refusal");
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < nll.length; i++) {
      drawn.add(new Drawn(forget.get(i), new Drawn.Refused(refused.get(i), nll[i])));
    }
    return drawn;
  }

  private static List<TrainingSequence> forget(UnlearningMethod method, List<Drawn> drawn) {
    UpdateSize size = UpdateSize.of(drawn.stream().map(Drawn::sample).toList());
    return drawn.stream()
        .map(d -> new TrainingSequence(d.sequences(), method.objective(d, size)))
        .toList();
  }

  private static List<TrainingSequence> retain(RetainTerm term) {
    List<TokenizedSample> retain = inputs("retain");
    UpdateSize size = UpdateSize.of(retain);
    return retain.stream().map(s -> new TrainingSequence(s, term.of(s, size))).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "gqa-tied,simnpo",
    "gqa-tied,dpo",
    "gqa-tied,wga",
    "gqa-tied,undial",
    "gqa-tied,ceu",
    "gqa-untied,simnpo",
    "gqa-untied,dpo",
    "gqa-untied,wga",
    "gqa-untied,undial",
    "gqa-untied,ceu"
  })
  void twoUpdatesEqualPyTorchs(String name, String method) {
    JsonNode golden = GOLDEN.path(name).path(method);
    MethodSection section = section(method);
    try (LanguageModel reference =
            Golden.open(Golden.path("methods/" + name + "-reference"), Dtype.FLOAT64);
        ReferenceStates forgetStates =
            ReferenceStates.compute(reference, inputs("forget"), ProgressListener.NONE);
        ReferenceStates retainStates =
            ReferenceStates.compute(reference, inputs("retain"), ProgressListener.NONE);
        LanguageModel model = Golden.open(Golden.model(name), Dtype.FLOAT64);
        Trainer trainer = trainer(model)) {
      Map<String, double[]> start = weights(model);
      UnlearningMethod built = Methods.of(section, reference(reference, forgetStates));
      RetainTerm term =
          new RetainTerm(
              section.retainWeight(), section.retainLoss() == RetainLoss.KL ? retainStates : null);
      List<TrainingSequence> forget = forget(built, drawn(built, reference));
      List<TrainingSequence> retain = section.retainWeight() == 0 ? List.of() : retain(term);
      for (int step = 0; step < GOLDEN.path("steps").asInt(); step++) {
        List<TrainingSequence> all = new ArrayList<>(forget);
        all.addAll(retain);
        double[] losses = trainer.accumulate(all);
        double forgetLoss = Arrays.stream(losses, 0, forget.size()).sum();
        assertRelative(
            forgetLoss / section.forgetWeight(), golden.path("forget_loss").path(step).asDouble());
        if (!retain.isEmpty()) {
          double retainLoss = Arrays.stream(losses, forget.size(), losses.length).sum();
          assertRelative(
              retainLoss / section.retainWeight(),
              golden.path("retain_loss").path(step).asDouble());
        }
        double norm = trainer.update(GOLDEN.path("learning_rate").asDouble());
        assertRelative(norm, golden.path("gradient_norm").path(step).asDouble());
      }
      assertSameChange(start, weights(model), golden.path("change"));
    }
  }

  private static Map<String, double[]> weights(LanguageModel model) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      for (String name : model.decoder().parameters().names()) {
        weights.put(name, Tensors.toDoubles(model.decoder().parameters().get(name)));
      }
    }
    return weights;
  }

  /** By the inner products of each tensor's change with cos(i) and with sin(0.7 i). */
  private static void assertSameChange(
      Map<String, double[]> start, Map<String, double[]> end, JsonNode sketches) {
    assertThat(sketches.size()).isPositive();
    start.forEach(
        (name, before) -> {
          double[] after = end.get(name);
          double cos = 0;
          double sin = 0;
          double squares = 0;
          for (int i = 0; i < before.length; i++) {
            double change = after[i] - before[i];
            cos += change * Math.cos(i);
            sin += change * Math.sin(0.7 * i);
            squares += change * change;
          }
          // A weight that PyTorch left as it was has no sketch.
          double expectedCos = sketches.path(name).path(0).asDouble(0);
          double expectedSin = sketches.path(name).path(1).asDouble(0);
          assertThat(cos).as(name).isCloseTo(expectedCos, within(1e-6 * Math.sqrt(squares)));
          assertThat(sin).as(name).isCloseTo(expectedSin, within(1e-6 * Math.sqrt(squares)));
        });
  }

  private static void assertRelative(double value, double expected) {
    assertThat(value).isCloseTo(expected, within(1e-7 * Math.abs(expected)));
  }
}
