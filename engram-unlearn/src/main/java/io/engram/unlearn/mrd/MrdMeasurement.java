package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.recipe.EstimatorSection;
import io.engram.core.recipe.EstimatorSection.EstimatorName;
import io.engram.core.recipe.EstimatorSection.Scope;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.ActivationNoiseScorer;
import io.engram.model.score.PerturbedScorer;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The MRD of samples under a language model. The model is the same, bit for bit, afterwards. */
public final class MrdMeasurement {
  private MrdMeasurement() {}

  /**
   * Measures the samples' MRD.
   *
   * @param settings the estimator and its settings; {@code scope: all} counts every token but the
   *     first, the end token among them
   * @param seed the run's
   * @param epoch before which epoch, from 0. Before the first one σ is checked against the
   *     numerical floor; a run is not broken off for it later
   * @return a row a sample, in order; its standard error is NaN where there is only one draw or one
   *     pair
   * @throws EngramException if a sample's log-probability isn't finite without noise, no draw of a
   *     sample is finite (σ too large), or MRD is lost in rounding (σ too small)
   */
  public static List<MrdRow> measure(
      LanguageModel model,
      List<Sample> samples,
      EstimatorSection settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    if (samples.isEmpty()) {
      return List.of();
    }
    List<TokenizedSample> tokens =
        samples.stream().map(sample -> tokens(model, sample, settings.scope())).toList();
    if (settings.name() == EstimatorName.ACTIVATION) {
      NoisyScorer scorer = new InActivations(new ActivationNoiseScorer(model), tokens);
      return measure(scorer, samples, settings, seed, epoch, progress);
    }
    try (PerturbedScorer perturbed = new PerturbedScorer(model)) {
      NoisyScorer scorer = (chosen, noise, scale) -> score(perturbed, tokens, chosen, noise, scale);
      return measure(scorer, samples, settings, seed, epoch, progress);
    }
  }

  private static List<MrdRow> measure(
      NoisyScorer scorer,
      List<Sample> samples,
      EstimatorSection settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    MrdSettings mrd = MrdSettings.of(settings);
    double[] floor =
        epoch == 0
            ? NumericalFloor.measure(scorer, samples.size(), mrd)
            : new double[samples.size()];
    List<MrdEstimate> estimates =
        MrdEstimator.named(settings.name())
            .estimate(scorer, samples.size(), mrd, seed, epoch, progress);
    List<MrdRow> rows =
        IntStream.range(0, samples.size())
            .mapToObj(i -> row(samples.get(i).id(), estimates.get(i), mrd))
            .toList();
    NumericalFloor.require(rows.stream().mapToDouble(MrdRow::mrd).toArray(), floor, mrd);
    return rows;
  }

  private static TokenizedSample tokens(LanguageModel model, Sample sample, Scope scope) {
    TokenizedSample answer = model.samples().tokenize(sample);
    return scope == Scope.ANSWER ? answer : new TokenizedSample(answer.id(), answer.ids(), 1);
  }

  private static List<double[]> score(
      PerturbedScorer scorer,
      List<TokenizedSample> tokens,
      int[] chosen,
      RandomStream noise,
      double scale) {
    List<TokenizedSample> samples = Arrays.stream(chosen).mapToObj(tokens::get).toList();
    List<double[]> logProbs = scorer.logProbs(samples, noise, scale);
    if (scale == 0) {
      requireFinite(samples, logProbs);
    }
    return logProbs;
  }

  /** Under the model itself every sample must have a log-probability. */
  static void requireFinite(List<TokenizedSample> samples, List<double[]> logProbs) {
    for (int i = 0; i < samples.size(); i++) {
      double sum = Arrays.stream(logProbs.get(i)).sum();
      if (!Double.isFinite(sum)) {
        throw EngramException.usage(
            ("Sample %s has the log-probability %s under the model itself, so it has no MRD.%n"
                    + "The model is damaged or has diverged; try a smaller"
                    + " optimizer.learning_rate.")
                .formatted(samples.get(i).id(), sum));
      }
    }
  }

  private static MrdRow row(String id, MrdEstimate estimate, MrdSettings settings) {
    if (estimate.draws() == 0) {
      throw EngramException.usage(
          ("order.estimator.sigma = %s: too large for this model. None of the %d perturbed passes of"
                  + " sample %s gave finite log-probabilities.%nA tenth of it is worth a try.")
              .formatted(settings.sigma(), estimate.nonFinite(), id));
    }
    return new MrdRow(
        id,
        estimate.mrd(),
        estimate.standardError(),
        estimate.draws(),
        estimate.tokens(),
        estimate.clamped());
  }
}
