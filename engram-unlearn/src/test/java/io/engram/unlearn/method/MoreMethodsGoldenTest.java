package io.engram.unlearn.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.ReferenceStates;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import io.engram.testkit.model.Weights;
import io.engram.unlearn.method.UnlearningMethod.Drawn;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Two SGD updates of the methods beyond the paper's, against PyTorch in float64. */
class MoreMethodsGoldenTest {
  private static final JsonNode INPUTS = Golden.json("methods/inputs.json");
  private static final JsonNode GOLDEN = Golden.json("methods/more.json");

  private static final int LAYER = GOLDEN.path("rmu_layer").asInt();

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

  private static UnlearningMethod method(String name) {
    double forget = GOLDEN.path("forget_weight").asDouble();
    double retain = GOLDEN.path("retain_weight").asDouble();
    double beta = GOLDEN.path(name.replace("-sam", "") + "_beta").asDouble();
    return switch (name) {
      case "simnpo", "simnpo-sam" ->
          new SimNpo(
              forget, retain, RetainLoss.NLL, null, beta, GOLDEN.path("simnpo_delta").asDouble());
      case "altpo" -> new AltPo(forget, retain, RetainLoss.NLL, null, beta, "given", 0);
      case "flat" -> new Flat(forget, 0, RetainLoss.NLL, null, null);
      case "tnpo", "wtnpo" ->
          new Tnpo(
              forget, retain, RetainLoss.NLL, null, beta, GOLDEN.path(name + "_alpha").asDouble());
      case "pdu" -> new Pdu(forget, retain, RetainLoss.NLL, null);
      case "dpo" -> new Dpo(forget, retain, RetainLoss.NLL, null, beta, null);
      case "wga" -> new Wga(forget, retain, RetainLoss.NLL, null, beta, 1);
      case "wga-facts" ->
          new Wga(
              forget,
              retain,
              RetainLoss.NLL,
              null,
              beta,
              GOLDEN.path(name + "_other_words").asDouble());
      case "satimp" ->
          new SatImp(
              forget,
              retain,
              RetainLoss.NLL,
              null,
              GOLDEN.path(name + "_saturation").asDouble(),
              GOLDEN.path(name + "_importance").asDouble());
      case "undial" -> new Undial(forget, retain, RetainLoss.KL, null, beta);
      case "ceu" -> new CeU(forget, 0, RetainLoss.NLL, null);
      case "rmu", "rmu-adaptive" ->
          new Rmu(
              forget,
              retain,
              RetainLoss.HIDDEN,
              null,
              LAYER,
              GOLDEN.path("rmu_steering").asDouble(),
              name.endsWith("-adaptive"));
      // The golden gradients of these two are put together without weights.
      case "ngdiff", "ngdiff-fitted" -> new NgDiff(1, 1, RetainLoss.NLL, 0);
      case "gru" -> new Gru(1, 1, RetainLoss.NLL);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Trainer trainer(LanguageModel model, UnlearningMethod method) {
    OptimizerSettings sgd = TinyTraining.sgd(GOLDEN.path("learning_rate").asDouble());
    TrainingScope all = TrainingScope.all();
    return new Trainer(model, method.scope(all, model.decoder().config().layers()), sgd, 1);
  }

  private static double[] nll(LanguageModel reference, String set) {
    return new Scorer(reference)
        .logProbs(inputs(set), ProgressListener.NONE).stream()
            .mapToDouble(l -> -Arrays.stream(l).sum())
            .toArray();
  }

  private static Reference reference(
      LanguageModel model, ReferenceStates states, LayerTargets control) {
    List<TokenizedSample> forget = inputs("forget");
    List<double[]> logProbs = new Scorer(model).logProbs(forget, ProgressListener.NONE);
    return new Reference(Reference.byId(forget, logProbs), states, control);
  }

  private static boolean[] everyThird(int labels) {
    boolean[] chosen = new boolean[labels];
    for (int t = 0; t < labels; t += 3) {
      chosen[t] = true;
    }
    return chosen;
  }

  private static List<Drawn> drawn(UnlearningMethod method, LanguageModel reference) {
    List<TokenizedSample> forget = inputs("forget");
    if (method.otherWords() < 1) {
      return forget.stream().map(s -> new Drawn(s, null, everyThird(s.labels()))).toList();
    }
    if (method.refusalUse() == UnlearningMethod.RefusalUse.NONE) {
      return forget.stream().map(Drawn::new).toList();
    }
    List<TokenizedSample> refused = inputs("refusal");
    double[] nll = nll(reference, "refusal");
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < nll.length; i++) {
      drawn.add(new Drawn(forget.get(i), new Drawn.Refused(refused.get(i), nll[i]), null));
    }
    return drawn;
  }

  private static List<TrainingSequence> forget(
      UnlearningMethod method, List<Drawn> drawn, Reference reference) {
    UpdateSize size = UpdateSize.of(drawn.stream().map(Drawn::sample).toList());
    return drawn.stream()
        .map(d -> new TrainingSequence(d.sequences(), method.objective(d, size, reference)))
        .toList();
  }

  private static LayerTargets control(String method, LanguageModel reference) {
    double steering = GOLDEN.path("rmu_steering").asDouble();
    double[] vector =
        Arrays.stream(Golden.doubles(GOLDEN.path("rmu_direction")))
            .map(u -> steering * u)
            .toArray();
    return method.endsWith("-adaptive")
        ? LayerTargets.byNorm(reference, LAYER, vector, inputs("forget"), ProgressListener.NONE)
        : LayerTargets.common(reference, LAYER, vector);
  }

  private static List<TrainingSequence> retain(RetainTerm term, String method) {
    List<TokenizedSample> retain = new ArrayList<>(inputs("retain"));
    if (method.equals("gru")) {
      retain.addAll(inputs("forget").subList(0, 2));
    }
    UpdateSize size = UpdateSize.of(retain);
    return retain.stream().map(s -> new TrainingSequence(s, term.of(s, size))).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "gqa-tied,simnpo",
    "gqa-tied,simnpo-sam",
    "gqa-tied,dpo",
    "gqa-tied,altpo",
    "gqa-tied,flat",
    "gqa-tied,wga",
    "gqa-tied,wga-facts",
    "gqa-tied,satimp",
    "gqa-tied,tnpo",
    "gqa-tied,wtnpo",
    "gqa-tied,undial",
    "gqa-tied,ceu",
    "gqa-tied,pdu",
    "gqa-tied,rmu",
    "gqa-tied,rmu-adaptive",
    "gqa-tied,ngdiff",
    "gqa-tied,ngdiff-fitted",
    "gqa-tied,gru",
    "gqa-untied,simnpo",
    "gqa-untied,simnpo-sam",
    "gqa-untied,dpo",
    "gqa-untied,altpo",
    "gqa-untied,flat",
    "gqa-untied,wga",
    "gqa-untied,wga-facts",
    "gqa-untied,satimp",
    "gqa-untied,tnpo",
    "gqa-untied,wtnpo",
    "gqa-untied,undial",
    "gqa-untied,ceu",
    "gqa-untied,pdu",
    "gqa-untied,rmu",
    "gqa-untied,rmu-adaptive",
    "gqa-untied,ngdiff",
    "gqa-untied,ngdiff-fitted",
    "gqa-untied,gru"
  })
  void twoUpdatesEqualPyTorchs(String name, String method) {
    JsonNode golden = GOLDEN.path(name).path(method);
    UnlearningMethod built = method(method);
    try (LanguageModel reference =
            TinyModels.open(Golden.path("methods/" + name + "-reference"), Dtype.FLOAT64);
        ReferenceStates forgetStates =
            ReferenceStates.compute(reference, inputs("forget"), ProgressListener.NONE);
        ReferenceStates retainStates =
            ReferenceStates.compute(reference, inputs("retain"), ProgressListener.NONE);
        LanguageModel model = TinyModels.open(Golden.model(name), Dtype.FLOAT64);
        LayerTargets control = control(method, reference);
        LayerTargets retainLayer =
            LayerTargets.compute(reference, LAYER, inputs("retain"), ProgressListener.NONE);
        Trainer trainer = trainer(model, built)) {
      Map<String, double[]> start = Weights.of(model);
      Reference atStart = reference(reference, forgetStates, control);
      RetainTerm term =
          new RetainTerm(
              built.retainWeight(),
              built.retainLoss() == RetainLoss.KL ? retainStates : null,
              built.retainLoss() == RetainLoss.HIDDEN ? retainLayer : null);
      List<TrainingSequence> forget = forget(built, drawn(built, reference), atStart);
      List<TrainingSequence> retain = built.retainWeight() == 0 ? List.of() : retain(term, method);
      for (int step = 0; step < GOLDEN.path("steps").asInt(); step++) {
        double[] losses = accumulate(method, trainer, built, forget, retain);
        double forgetLoss = Arrays.stream(losses, 0, forget.size()).sum();
        double retainLoss = Arrays.stream(losses, forget.size(), losses.length).sum();
        assertRelative(
            forgetLoss / built.forgetWeight(), golden.path("forget_loss").path(step).asDouble());
        if (!retain.isEmpty()) {
          assertRelative(
              retainLoss / built.retainWeight(), golden.path("retain_loss").path(step).asDouble());
        }
        double norm =
            method.endsWith("-fitted")
                ? trainer.fittedUpdate(
                    GOLDEN.path("fit_learning_rate").asDouble(), retain, retainLoss)
                : trainer.update(GOLDEN.path("learning_rate").asDouble());
        assertRelative(norm, golden.path("gradient_norm").path(step).asDouble());
      }
      assertSameChange(start, Weights.of(model), golden.path("change"));
    }
  }

  private static double[] accumulate(
      String name,
      Trainer trainer,
      UnlearningMethod method,
      List<TrainingSequence> forget,
      List<TrainingSequence> retain) {
    GradientRule rule = method.gradientRule();
    double[] forgetLosses = trainer.accumulate(forget);
    if (name.endsWith("-sam")) {
      trainer.sharpen(GOLDEN.path("sam_rho").asDouble(), forget);
    }
    if (rule != null) {
      trainer.setAside();
    }
    double[] retainLosses = trainer.accumulate(retain);
    if (rule != null) {
      trainer.combine(rule);
    }
    return DoubleStream.concat(Arrays.stream(forgetLosses), Arrays.stream(retainLosses)).toArray();
  }

  /** By the inner products of each tensor's change with cos(i) and with sin(0.7 i). */
  private static void assertSameChange(
      Map<String, double[]> start, Map<String, double[]> end, JsonNode sketches) {
    assertThat(sketches.size()).isPositive();
    start.forEach(
        (name, before) -> {
          double[] after = Objects.requireNonNull(end.get(name));
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
