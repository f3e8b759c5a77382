package io.engram.unlearn.difficulty;

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
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** On a tiny Llama, against PyTorch's brute force in float64. */
class DrawnScoreTest {
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

  private static MrdScore settings(
      String name, double sigma, int draws, Absolute absolute, Tokens tokens) {
    return Estimates.mrd(name, sigma, draws, absolute, tokens);
  }

  private static Gradient gradient(double sigma, int draws) {
    return new Gradient(sigma, draws, draws, 1, Tokens.MEAN, Scope.ANSWER, 1e-6);
  }

  private static GaussNewton gaussNewton(double sigma, int draws) {
    return new GaussNewton(sigma, draws, draws, 1, Tokens.MEAN, Scope.ANSWER, 1e-6);
  }

  private static Shared shared(int draws, Scope scope, double clamp) {
    return new Shared(0.1, draws, draws, 1, Absolute.OUTSIDE, Tokens.MEAN, scope, clamp);
  }

  /** Every score that is made of draws, with four of them at σ = 0.1. */
  private static List<DrawnScore> withDraws() {
    List<DrawnScore> all = new ArrayList<>();
    for (String name : List.of("antithetic", "activation", "paper", "shared")) {
      all.add(settings(name, 0.1, 4, Absolute.OUTSIDE, Tokens.MEAN));
    }
    all.add(gradient(0.1, 4));
    all.add(gaussNewton(0.1, 4));
    all.add(new SumChange(0.1, 4, 4, 1, Scope.ANSWER));
    all.add(new Preliminary(0.1, Scope.ANSWER));
    return all;
  }

  private static List<MrdRow> measure(DifficultyScore score, long seed) {
    return score.measure(Scoring.of(model, SAMPLES, seed)).rows();
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

  private static List<MrdRow> assertAgree(MrdScore settings) {
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
    assertAgree(settings("antithetic", 0.01, 300, Absolute.OUTSIDE, Tokens.MEAN));
    assertAgree(settings("antithetic", 0.03, 300, Absolute.OUTSIDE, Tokens.SUM));
    assertAgree(settings("antithetic", 0.03, 100, Absolute.INSIDE, Tokens.MEAN));
  }

  @Test
  void noiseInActivationsAgreesWithPyTorch() {
    assertAgree(settings("activation", 0.01, 300, Absolute.OUTSIDE, Tokens.MEAN));
    assertAgree(settings("activation", 0.03, 300, Absolute.OUTSIDE, Tokens.SUM));
    assertAgree(settings("activation", 0.03, 100, Absolute.INSIDE, Tokens.MEAN));
  }

  @Test
  void plainDrawsAgreeWithPyTorch() {
    assertAgree(settings("shared", 0.03, 300, Absolute.OUTSIDE, Tokens.MEAN));
    assertAgree(settings("shared", 0.03, 100, Absolute.INSIDE, Tokens.SUM));
    assertAgree(settings("paper", 0.03, 60, Absolute.OUTSIDE, Tokens.MEAN));
  }

  @Test
  void secondOrderHoldsForSmallSigma() {
    double sigma = 0.001;
    List<MrdRow> rows =
        assertAgree(settings("antithetic", sigma, 200, Absolute.OUTSIDE, Tokens.MEAN));
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
    MrdScore settings = settings("antithetic", 0.1, 4, Absolute.OUTSIDE, Tokens.MEAN);
    String before = weightsHash(folder.resolve("before"));
    measure(settings, 1);
    long objects = Weights.nativeObjects();
    withDraws().forEach(score -> measure(score, 1));
    assertThat(Weights.nativeObjects()).isLessThanOrEqualTo(objects);
    assertThat(weightsHash(folder.resolve("after"))).isEqualTo(before);
  }

  @Test
  void sameSeedSameBytes() {
    for (DrawnScore settings : withDraws()) {
      List<MrdRow> first = measure(settings, 5);
      assertThat(measure(settings, 5)).isEqualTo(first);
      assertThat(measure(settings, 6)).isNotEqualTo(first);
    }
  }

  @Test
  void scopeAllCountsEveryTokenButTheFirst() {
    List<MrdRow> rows = measure(shared(2, Scope.ALL, 1e-6), 5);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).tokens())
          .isEqualTo(GOLDEN.path("sequences").path(i).path("ids").size() - 1);
    }
  }

  @Test
  void clampIsCounted() {
    assertThat(measure(shared(2, Scope.ANSWER, 100), 5))
        .allSatisfy(row -> assertThat(row.clamped()).isEqualTo(row.tokens()));
  }

  @Test
  void oneDrawIsWrittenAndReadBack() {
    MrdRow row = measure(settings("shared", 0.1, 1, Absolute.OUTSIDE, Tokens.MEAN), 5).get(0);
    assertThat(row.standardError()).isNaN();
    assertThat(JsonFiles.mapper().readValue(JsonFiles.line(row), MrdRow.class)).isEqualTo(row);
  }

  @Test
  void sigmaTooLargeOrTooSmallIsRefused() {
    assertThatThrownBy(() -> measure(settings("shared", 1e38, 2, Absolute.OUTSIDE, Tokens.MEAN), 5))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(
            "order.estimator.sigma = 1.0E38: too large for this model. None of the 2 passes with "
                + "noise gave finite log-probabilities for sample s0.");
    assertThatThrownBy(
            () -> measure(settings("antithetic", 1e-9, 2, Absolute.OUTSIDE, Tokens.MEAN), 5))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("order.estimator.sigma = 1.0E-9: too small for this model.");
  }

  private static DifficultyScore.Measured run(DifficultyScore score, List<Sample> samples) {
    return score.measure(Scoring.of(model, samples, 5));
  }

  @Test
  void gradientTermAgreesWithPyTorch() {
    double sigma = 0.001;
    List<MrdRow> rows = measure(gradient(sigma, 400), 5);
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
    List<MrdRow> gradients = run(gradient(sigma, 1), each).rows();
    double trace = 0;
    for (int v = 0; v < vocabulary; v++) {
      trace += Math.exp(logProbs[v]) * gradients.get(v).mrd() * logProbs[v] * logProbs[v];
    }
    MrdRow found = run(gaussNewton(sigma, 400), each.subList(9, 10)).rows().get(0);
    assertThat(found.mrd())
        .isCloseTo(trace / -logProbs[9], within(4 * found.standardError() + 1e-4 * trace));
    assertThat(found.standardError()).isLessThan(0.1 * found.mrd());
  }

  @Test
  void autoSaysWhatItCameTo() {
    Antithetic auto =
        new Antithetic(
            Control.AUTO, 0, 0, 40, 0.99, Absolute.OUTSIDE, Tokens.MEAN, Scope.ANSWER, 1e-6);
    DifficultyScore.Measured found = run(auto, SAMPLES);
    double[] mrd = found.rows().stream().mapToDouble(MrdRow::mrd).sorted().toArray();
    assertThat((mrd[2] + mrd[3]) / 2).isBetween(0.015, 0.06);
    assertThat(found.facts()).containsEntry("passes", 40);
    assertThat(found.notes().get(0))
        .isEqualTo(
            "σ auto: " + found.facts().get("sigma") + ", at which the median MRD is about 0.03");
    assertThat(found.notes().get(1)).startsWith("control variate ");
    assertThat(found.notes().get(2))
        .startsWith("20 pairs: expected Kendall τ with the true ranking 0.")
        .endsWith("(wanted 0.99; the budget ended)");
  }

  @Test
  void aSampleOfClampedTokensAloneIsNamed() {
    assertThat(run(shared(2, Scope.ANSWER, 100), SAMPLES.subList(1, 4)).notes())
        .contains(
            "every token of 3 samples, s1 first, is more certain than order.estimator.clamp = 100.0"
                + " nats: their MRD depends on it");
  }

  @Test
  void passesThatAreAllTheSameAreRefused() {
    // Squares overflow in the norms, which makes their results 0 and every token as likely.
    assertThatThrownBy(() -> measure(settings("shared", 1e7, 4, Absolute.OUTSIDE, Tokens.MEAN), 5))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "order.estimator.sigma = 1.0E7: too large for this model. All 4 passes with noise "
                + "gave the same log-probabilities for sample s0.\nTry a far smaller one; 0.001 "
                + "is the"
                + " default.");
  }
}
