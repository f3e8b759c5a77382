package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.Weights;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.EstimatorName;
import io.engram.unlearn.mrd.EstimatorSection.Scope;
import io.engram.unlearn.mrd.EstimatorSection.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** On a tiny Llama, against PyTorch's brute force in float64. */
class MrdMeasurementTest {
  private static final JsonNode GOLDEN = Golden.json("mrd/gqa-tied.json");
  private static final List<Sample> SAMPLES = samples();
  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = TinyModels.open(Golden.model("gqa-tied"), Dtype.FLOAT32);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (JsonNode sequence : GOLDEN.path("sequences")) {
      List<Integer> ids = sequence.path("ids").valueStream().map(JsonNode::asInt).toList();
      int start = sequence.path("label_start").asInt();
      samples.add(
          new Sample(
              "s" + samples.size(),
              new Sample.TokenIds(ids.subList(0, start), ids.subList(start, ids.size()))));
    }
    return samples;
  }

  private static EstimatorSection settings(
      EstimatorName name, double sigma, int draws, Absolute absolute, Tokens tokens) {
    return new EstimatorSection(name, sigma, draws, absolute, tokens, Scope.ANSWER, 1e-6);
  }

  private static final Set<EstimatorName> WITH_DRAWS =
      EnumSet.complementOf(EnumSet.of(EstimatorName.PREDICTED_UPDATES));

  private static List<MrdRow> measure(EstimatorSection settings, long seed) {
    return MrdMeasurement.measure(model, SAMPLES, settings, seed, 0, ProgressListener.NONE);
  }

  private static JsonNode expected(double sigma, int sample) {
    return GOLDEN
        .path("results")
        .valueStream()
        .filter(result -> result.path("sigma").asDouble() == sigma)
        .findFirst()
        .orElseThrow()
        .path("samples")
        .path(sample);
  }

  private static List<MrdRow> assertAgree(EstimatorSection settings) {
    String name = (settings.absolute() + "_" + settings.tokens()).toLowerCase(Locale.ROOT);
    List<MrdRow> rows = measure(settings, 17);
    assertThat(rows).hasSize(6);
    for (int i = 0; i < rows.size(); i++) {
      MrdRow row = rows.get(i);
      JsonNode golden = expected(settings.sigma(), i).path(name);
      double error = Math.hypot(row.standardError(), golden.path("standard_error").asDouble());
      assertThat(row.mrd())
          .as("%s, sample %d", settings, i)
          .isCloseTo(golden.path("mrd").asDouble(), within(4 * error));
      assertThat(row.id()).isEqualTo("s" + i);
      assertThat(row.draws()).isEqualTo(settings.draws());
      assertThat(row.tokens())
          .isEqualTo(GOLDEN.path("sequences").path(i).path("labelled_tokens").asInt());
      assertThat(row.clamped()).isZero();
    }
    return rows;
  }

  @Test
  void antitheticAgreesWithPyTorch() {
    assertAgree(settings(EstimatorName.ANTITHETIC, 0.01, 300, Absolute.OUTSIDE, Tokens.MEAN));
    assertAgree(settings(EstimatorName.ANTITHETIC, 0.03, 300, Absolute.OUTSIDE, Tokens.SUM));
    assertAgree(settings(EstimatorName.ANTITHETIC, 0.03, 100, Absolute.INSIDE, Tokens.MEAN));
  }

  @Test
  void noiseInActivationsAgreesWithPyTorch() {
    assertAgree(settings(EstimatorName.ACTIVATION, 0.01, 300, Absolute.OUTSIDE, Tokens.MEAN));
    assertAgree(settings(EstimatorName.ACTIVATION, 0.03, 300, Absolute.OUTSIDE, Tokens.SUM));
    assertAgree(settings(EstimatorName.ACTIVATION, 0.03, 100, Absolute.INSIDE, Tokens.MEAN));
  }

  @Test
  void plainDrawsAgreeWithPyTorch() {
    assertAgree(settings(EstimatorName.SHARED, 0.03, 300, Absolute.OUTSIDE, Tokens.MEAN));
    assertAgree(settings(EstimatorName.SHARED, 0.03, 100, Absolute.INSIDE, Tokens.SUM));
    assertAgree(settings(EstimatorName.PAPER, 0.03, 60, Absolute.OUTSIDE, Tokens.MEAN));
  }

  @Test
  void secondOrderHoldsForSmallSigma() {
    double sigma = 0.001;
    List<MrdRow> rows =
        assertAgree(settings(EstimatorName.ANTITHETIC, sigma, 200, Absolute.OUTSIDE, Tokens.MEAN));
    for (int i = 0; i < rows.size(); i++) {
      double signed = GOLDEN.path("sequences").path(i).path("second_order_signed").asDouble();
      assertThat(rows.get(i).mrd())
          .isCloseTo(sigma * sigma * Math.abs(signed), within(4 * rows.get(i).standardError()));
    }
  }

  /** Of the weights as they are in memory, through a folder to save them in. */
  private static String weightsHash(Path folder) {
    model.save(folder);
    return Hashes.sha256(folder);
  }

  @Test
  void modelIsUnchangedAndNothingLeaks(@TempDir Path folder) {
    EstimatorSection settings =
        settings(EstimatorName.ANTITHETIC, 0.1, 4, Absolute.OUTSIDE, Tokens.MEAN);
    String before = weightsHash(folder.resolve("before"));
    measure(settings, 1);
    long objects = Weights.nativeObjects();
    for (EstimatorName name : WITH_DRAWS) {
      measure(settings(name, 0.1, 4, Absolute.OUTSIDE, Tokens.MEAN), 1);
    }
    assertThat(Weights.nativeObjects()).isLessThanOrEqualTo(objects);
    assertThat(weightsHash(folder.resolve("after"))).isEqualTo(before);
  }

  @Test
  void predictedUpdatesAreNoMrd() {
    EstimatorSection settings =
        settings(EstimatorName.PREDICTED_UPDATES, 0.1, 4, Absolute.OUTSIDE, Tokens.MEAN);
    assertThatThrownBy(() -> measure(settings, 1))
        .hasMessageStartingWith(
            "order.estimator.name = predicted_updates: is not MRD and has no draws");
  }

  @Test
  void sameSeedSameBytes() {
    for (EstimatorName name : WITH_DRAWS) {
      EstimatorSection settings = settings(name, 0.1, 4, Absolute.OUTSIDE, Tokens.MEAN);
      List<MrdRow> first = measure(settings, 5);
      assertThat(measure(settings, 5)).isEqualTo(first);
      assertThat(measure(settings, 6)).isNotEqualTo(first);
    }
  }

  @Test
  void scopeAllCountsEveryTokenButTheFirst() {
    EstimatorSection all =
        new EstimatorSection(
            EstimatorName.SHARED, 0.1, 2, Absolute.OUTSIDE, Tokens.MEAN, Scope.ALL, 1e-6);
    List<MrdRow> rows = measure(all, 5);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).tokens())
          .isEqualTo(GOLDEN.path("sequences").path(i).path("ids").size() - 1);
    }
  }

  @Test
  void clampIsCounted() {
    EstimatorSection wide =
        new EstimatorSection(
            EstimatorName.SHARED, 0.1, 2, Absolute.OUTSIDE, Tokens.MEAN, Scope.ANSWER, 100);
    assertThat(measure(wide, 5))
        .allSatisfy(row -> assertThat(row.clamped()).isEqualTo(row.tokens()));
  }

  @Test
  void oneDrawIsWrittenAndReadBack() {
    MrdRow row =
        measure(settings(EstimatorName.SHARED, 0.1, 1, Absolute.OUTSIDE, Tokens.MEAN), 5).get(0);
    assertThat(row.standardError()).isNaN();
    assertThat(JsonFiles.mapper().readValue(JsonFiles.line(row), MrdRow.class)).isEqualTo(row);
  }

  @Test
  void sigmaTooLargeOrTooSmallIsRefused() {
    assertThatThrownBy(
            () ->
                measure(settings(EstimatorName.SHARED, 1e38, 2, Absolute.OUTSIDE, Tokens.MEAN), 5))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(
            "order.estimator.sigma = 1.0E38: too large for this model. None of the 2 perturbed"
                + " passes of sample s0 gave finite log-probabilities.");
    assertThatThrownBy(
            () ->
                measure(
                    settings(EstimatorName.ANTITHETIC, 1e-9, 2, Absolute.OUTSIDE, Tokens.MEAN), 5))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("order.estimator.sigma = 1.0E-9: too small for this model.");
  }

  private static MrdMeasurement.Result run(EstimatorSection settings, List<Sample> samples) {
    return MrdMeasurement.run(
        model, samples, settings, 5, 0, KeptDraws.NONE, ProgressListener.NONE);
  }

  @Test
  void gradientTermAgreesWithPyTorch() {
    double sigma = 0.001;
    List<MrdRow> rows =
        measure(settings(EstimatorName.GRADIENT, sigma, 400, Absolute.OUTSIDE, Tokens.MEAN), 5);
    for (int i = 0; i < rows.size(); i++) {
      JsonNode sequence = GOLDEN.path("sequences").path(i);
      JsonNode squares = sequence.path("squared_gradient_norms");
      double sum = 0;
      for (int t = 0; t < squares.size(); t++) {
        sum +=
            squares.path(t).asDouble() / Math.pow(sequence.path("log_probs").path(t).asDouble(), 2);
      }
      double expected = sigma * sigma / 2 * sum / squares.size();
      assertThat(rows.get(i).mrd())
          .isCloseTo(expected, within(4 * rows.get(i).standardError() + 1e-4 * expected));
      assertThat(rows.get(i).standardError()).isLessThan(0.1 * expected);
    }
  }

  /** Where the token is any v with probability p_v, {@code E ‖∇ log p_v‖²} is the trace of F. */
  @Test
  void gaussNewtonIsTheExpectedSquaredGradient() {
    double sigma = 0.001;
    List<Integer> prompt = List.of(5, 17, 3, 40);
    int vocabulary = model.config().vocabularySize();
    List<Sample> each =
        IntStream.range(0, vocabulary)
            .mapToObj(v -> new Sample("v" + v, new Sample.TokenIds(prompt, List.of(v))))
            .toList();
    double[] logProbs =
        new Scorer(model)
                .logProbs(
                    each.stream().map(model.samples()::tokenize).toList(), ProgressListener.NONE)
                .stream()
                .mapToDouble(l -> l[0])
                .toArray();
    List<MrdRow> gradients =
        run(settings(EstimatorName.GRADIENT, sigma, 1, Absolute.OUTSIDE, Tokens.MEAN), each).rows();
    double trace = 0;
    for (int v = 0; v < vocabulary; v++) {
      trace += Math.exp(logProbs[v]) * gradients.get(v).mrd() * logProbs[v] * logProbs[v];
    }
    MrdRow found =
        run(
                settings(EstimatorName.GAUSS_NEWTON, sigma, 400, Absolute.OUTSIDE, Tokens.MEAN),
                each.subList(9, 10))
            .rows()
            .get(0);
    assertThat(found.mrd())
        .isCloseTo(trace / -logProbs[9], within(4 * found.standardError() + 1e-4 * trace));
    assertThat(found.standardError()).isLessThan(0.1 * found.mrd());
  }

  @Test
  void autoSaysWhatItCameTo() {
    EstimatorSection auto =
        new EstimatorSection(
            EstimatorName.ANTITHETIC,
            EstimatorSection.ControlVariate.AUTO,
            0,
            0,
            40,
            0.99,
            Absolute.OUTSIDE,
            Tokens.MEAN,
            Scope.ANSWER,
            1e-6,
            1.5);
    MrdMeasurement.Result found = run(auto, SAMPLES);
    double[] mrd = found.rows().stream().mapToDouble(MrdRow::mrd).sorted().toArray();
    assertThat((mrd[2] + mrd[3]) / 2).isBetween(0.015, 0.06);
    assertThat(found.passes()).isEqualTo(40);
    assertThat(found.notes().get(0))
        .isEqualTo("σ auto: " + found.sigma() + ", at which the median MRD is about 0.03");
    assertThat(found.notes().get(1)).startsWith("control variate ");
    assertThat(found.notes().get(2))
        .startsWith("20 pairs: expected Kendall τ with the true ranking 0.")
        .endsWith("(wanted 0.99; the budget ended)");
  }

  @Test
  void aSampleOfClampedTokensAloneIsNamed() {
    EstimatorSection wide =
        new EstimatorSection(
            EstimatorName.SHARED, 0.1, 2, Absolute.OUTSIDE, Tokens.MEAN, Scope.ANSWER, 100);
    assertThat(run(wide, SAMPLES.subList(1, 4)).notes())
        .contains(
            "every token of 3 samples, s1 first, is more certain than order.estimator.clamp = 100.0"
                + " nats: their MRD depends on it");
  }

  @Test
  void passesLeftOutAreToldWithTheSample() {
    MrdEstimate whole = new MrdEstimate(0.1, 0.01, 8, 3, 0, 0);
    MrdEstimate part = new MrdEstimate(0.1, 0.01, 6, 3, 0, 2);
    assertThat(MrdMeasurement.leftOut(List.of(whole), i -> "s" + i)).isEmpty();
    assertThat(MrdMeasurement.leftOut(List.of(whole, part, part), i -> "s" + i))
        .containsExactly(
            "σ may be too large: passes without finite log-probabilities were left out of 2"
                + " samples, 2 of sample s1");
  }

  @Test
  void passesThatAreAllTheSameAreRefused() {
    // Squares overflow in the norms, which makes their results 0 and every token as likely.
    assertThatThrownBy(
            () -> measure(settings(EstimatorName.SHARED, 1e7, 4, Absolute.OUTSIDE, Tokens.MEAN), 5))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "order.estimator.sigma = 1.0E7: too large for this model. All 4 perturbed passes of"
                + " sample s0 gave the same log-probabilities.\nTry a far smaller one; 0.001 is the"
                + " default.");
  }
}
