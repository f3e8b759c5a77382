package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.Representations;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MemorizationScores;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.Scope;
import io.engram.unlearn.mrd.EstimatorSection.Tokens;
import io.engram.unlearn.mrd.GaussNewtonEstimator;
import io.engram.unlearn.mrd.GradientEstimator;
import io.engram.unlearn.mrd.ModelScorer;
import io.engram.unlearn.mrd.MrdEstimator;
import io.engram.unlearn.mrd.MrdSettings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be known of samples before they are unlearned: MRD in every reading, and rival scores.
 * Computed once, for all samples.
 */
final class DifficultyScores {
  private static final double CLAMP = 1e-6;
  private static final int BACKWARD_PASSES = 8;

  private final LanguageModel model;
  private final ModelScorer scorer;
  private final long seed;
  private final ProgressListener progress;
  private final Map<String, double[]> scores = new LinkedHashMap<>();
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  DifficultyScores(
      LanguageModel model, List<Sample> samples, long seed, ProgressListener progress) {
    this.model = model;
    this.scorer = new ModelScorer(model, samples, Scope.ANSWER, seed, 0);
    this.seed = seed;
    this.progress = progress;
  }

  /** Scores by name, {@code [N]} each. */
  Map<String, double[]> all() {
    return scores;
  }

  /** Seconds that scores took, by what was computed. */
  Map<String, Double> seconds() {
    return seconds;
  }

  /** Length, loss and memorization accuracy. */
  void addLosses() {
    long start = System.nanoTime();
    List<Scorer.TokenScores> found = new Scorer(model).score(scorer.samples(), progress);
    int count = found.size();
    put("tokens", count, i -> found.get(i).logProbs().length);
    put("loss_sum", count, i -> -Arrays.stream(found.get(i).logProbs()).sum());
    put("loss_mean", count, i -> -Arrays.stream(found.get(i).logProbs()).average().orElseThrow());
    put("memorization_accuracy", count, i -> share(found.get(i).isArgmax()));
    seconds.put("scoring, one pass", since(start));
  }

  /** MRD readings from pairs at these σ. */
  void addMrd(List<Double> sigmas, int pairs) {
    for (double sigma : sigmas) {
      long start = System.nanoTime();
      scores.putAll(new MrdReadings(scorer, scorer.size(), CLAMP, seed).at(sigma, pairs, progress));
      seconds.put("MRD at σ = %s, %d pairs".formatted(sigma, pairs), since(start));
    }
  }

  /** Norms of gradients: of the mean loss, of its logarithm, and the two scores made of them. */
  void addGradients() {
    long start = System.nanoTime();
    double[] losses = scores.getOrDefault("loss_mean", new double[0]);
    double[] squares =
        scorer.squaredNorms(
            (sample, logProbs) -> {
              double[] equal = new double[logProbs.length];
              Arrays.fill(equal, 1.0 / logProbs.length);
              return equal;
            });
    put("gradient_norm", squares.length, i -> Math.sqrt(squares[i]));
    put("relative_gradient_norm", squares.length, i -> Math.sqrt(squares[i]) / losses[i]);
    seconds.put("gradient norms, one backward pass", since(start));
    addMean("gradient", new GradientEstimator(scorer));
    addMean("gauss_newton", new GaussNewtonEstimator(scorer));
  }

  private void addMean(String name, MrdEstimator estimator) {
    long start = System.nanoTime();
    MrdSettings settings =
        new MrdSettings(1, BACKWARD_PASSES, Absolute.OUTSIDE, Tokens.MEAN, CLAMP);
    DrawSource source = estimator.draws(scorer, scorer.size(), settings, seed, 0);
    double[] sums = new double[scorer.size()];
    for (int k = 0; k < BACKWARD_PASSES; k++) {
      double[] values = source.draw(k).values();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += values[i] / BACKWARD_PASSES;
      }
    }
    scores.put(name, sums);
    seconds.put("%s, %d backward passes".formatted(name, BACKWARD_PASSES), since(start));
  }

  /** How far samples are, as the model sees them, from what is to be kept: 1 − cosine. */
  void addRepresentation(List<TokenizedSample> retained) {
    double[] centre = mean(Representations.of(model, retained));
    List<double[]> own = Representations.of(model, scorer.samples());
    put("representation_distance", own.size(), i -> 1 - cosine(own.get(i), centre));
  }

  /** How much more likely samples are than under a model that never saw them, nats a token. */
  void addRetrained(LanguageModel retrained) {
    List<double[]> found = new Scorer(retrained).logProbs(scorer.samples(), progress);
    double[] losses = scores.getOrDefault("loss_mean", new double[0]);
    put(
        "retrained_gap",
        found.size(),
        i -> -Arrays.stream(found.get(i)).average().orElseThrow() - losses[i]);
  }

  /** EL_10 of the answers, from every place in them. */
  void addExtraction() {
    long start = System.nanoTime();
    List<TokenizedSample> samples = scorer.samples();
    progress.start("EL, from every place in the answers", samples.size(), "samples");
    double[] values = new MemorizationScores(model).extraction(samples, progress);
    progress.finish();
    scores.put("extraction_likelihood", values);
    seconds.put("EL, all generations", since(start));
  }

  private void put(String name, int count, java.util.function.IntToDoubleFunction value) {
    double[] values = new double[count];
    Arrays.setAll(values, value);
    scores.put(name, values);
  }

  private static double share(boolean[] hits) {
    int count = 0;
    for (boolean hit : hits) {
      count += hit ? 1 : 0;
    }
    return (double) count / hits.length;
  }

  private static double[] mean(List<double[]> vectors) {
    double[] mean = new double[vectors.get(0).length];
    for (double[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / vectors.size();
      }
    }
    return mean;
  }

  private static double cosine(double[] x, double[] y) {
    double product = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      product += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    return product / Math.sqrt(xx * yy);
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
