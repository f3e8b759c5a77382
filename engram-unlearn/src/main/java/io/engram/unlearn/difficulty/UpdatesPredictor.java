package io.engram.unlearn.difficulty;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.gradient.SeparateSteps;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.JointStep;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.TrainingScope;
import java.util.Arrays;
import java.util.List;

/**
 * Predicts how many updates a sample needs until its mean loss is τ, from one gradient and one
 * forward pass along it.
 *
 * <p>It follows the direction of the first update: that of sign(g) for Adam, whose first updates
 * move each weight by η ({@link io.engram.model.gradient.SeparateSteps.Direction}), or g for plain
 * gradient ascent. A token's log-odds against itself, {@code m_t = log(e^{−ℓ_t} − 1)}, change about
 * linearly along it, from m_t at 0 to m'_t, measured at a distance h. So the loss at distance s is
 * {@code L(s) = (1/n) Σ_t log(1 + exp(m_t + (m'_t − m_t)·s/h))}: every token's loss grows
 * exponentially until it is near 1, and linearly after that. Adam is at s = Nη after N updates;
 * plain ascent makes steps η·L'(s), larger where the loss is steeper.
 *
 * <p><b>Source:</b> not in the paper.
 *
 * <p>It treats each sample alone with {@link SeparateSteps}, many per pass, or several samples as
 * one with {@link JointStep}. It writes no weights, so it can be used in the middle of training.
 */
public final class UpdatesPredictor {
  /** Upper limit of a prediction; a sample that needs more gets this value. */
  public static final double MOST = 1000;

  private final SeparateSteps steps;
  private final JointStep look;
  private final OptimizerSettings optimizer;
  private final double threshold;
  private final boolean adam;

  /**
   * Predicts for the current model at each call; borrows it.
   *
   * @param scope what is trained; adapters of the model take precedence
   * @param optimizer only its algorithm and learning rate are used
   * @param threshold τ, nats per token
   */
  public UpdatesPredictor(
      LanguageModel model, TrainingScope scope, OptimizerSettings optimizer, double threshold) {
    this.optimizer = optimizer;
    this.threshold = threshold;
    this.adam = optimizer.algorithm() == OptimizerSettings.Algorithm.ADAMW;
    this.steps =
        new SeparateSteps(
            model, scope, adam ? SeparateSteps.Direction.SIGN : SeparateSteps.Direction.GRADIENT);
    this.look = new JointStep(model, scope);
  }

  /**
   * The prediction for a sample.
   *
   * @param loss mean loss, nats per token
   * @param updates NaN if a log-probability along the way is NaN
   */
  public record Prediction(double loss, double updates) {}

  /** Predicts each of these samples alone, in the given order. */
  public List<Prediction> each(List<TokenizedSample> samples, ProgressListener progress) {
    return steps.of(samples, start -> distance(start.loss(), start.slope()), progress).stream()
        .map(
            step -> {
              SeparateSteps.Start start = step.start();
              double l2 = Math.sqrt(start.slope());
              double updates = updates(start.logProbs(), step.along(), step.distance(), l2);
              return new Prediction(start.loss(), updates);
            })
        .toList();
  }

  /**
   * The prediction from one gradient and one pass along it.
   *
   * @param start ℓ_t and the size of the gradient of the mean loss
   * @param updates predicted updates; NaN if a log-probability along the way is NaN
   */
  public record Forecast(JointStep.Start start, double updates) {}

  /** Predicts these samples unlearned together. */
  public Forecast together(List<TokenizedSample> samples) {
    if (samples.size() == 1) {
      JointStep.Start start = look.of(samples, adam, s -> 0).start();
      return new Forecast(start, each(samples, ProgressListener.NONE).get(0).updates());
    }
    JointStep.Look seen =
        look.of(samples, adam, s -> distance(s.loss(), adam ? s.l1() : s.l2() * s.l2()));
    JointStep.Start start = seen.start();
    double updates = updates(start.logProbs(), seen.along(), seen.distance(), start.l2());
    return new Forecast(start, updates);
  }

  /** How far to look; 0 if the answer is known without looking. */
  private double distance(double loss, double slope) {
    return loss < threshold && slope > 0 ? Along.firstGuess(loss, threshold, slope) : 0;
  }

  private double updates(double[] logProbs, double[] along, double distance, double gradientNorm) {
    if (Arrays.stream(along).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    if (distance == 0) {
      double loss = -Arrays.stream(logProbs).average().orElseThrow();
      return loss < threshold ? MOST : 0;
    }
    Along predicted = new Along(logProbs, along, distance, threshold);
    double rate = optimizer.learningRate();
    return adam ? predicted.adam(rate) : predicted.sgd(rate, gradientNorm);
  }

  /** A sample's loss along the direction of its first update. */
  static final class Along {
    private final double[] margins;
    private final double[] slopes;
    private final double threshold;

    /**
     * Made from one look along the direction.
     *
     * @param start ℓ_t at the start, nats, {@code [n]}
     * @param along ℓ_t at distance h, nats, {@code [n]}
     * @param distance h, above 0
     * @param threshold τ, nats per token
     */
    Along(double[] start, double[] along, double distance, double threshold) {
      this.threshold = threshold;
      this.margins = Arrays.stream(start).map(Along::margin).toArray();
      this.slopes = new double[start.length];
      for (int t = 0; t < slopes.length; t++) {
        slopes[t] = (margin(along[t]) - margins[t]) / distance;
      }
    }

    /**
     * An estimate from {@code log L} to first order, without a look: where to look, as a distance
     * in updates.
     */
    static double firstGuess(double loss, double threshold, double slope) {
      return Math.log(Math.max(threshold / loss, 1.1)) * loss / slope;
    }

    /** N with Adam. */
    double adam(double learningRate) {
      double[] at = {0};
      return count(() -> at[0] += learningRate, at);
    }

    /** N with plain gradient ascent; distances are multiples of the gradient at the start. */
    double sgd(double learningRate, double gradientNorm) {
      double[] at = {0};
      // L' is taken along g, not along its unit vector: a step of η‖∇L‖ is η L'/‖g‖² times g.
      return count(() -> at[0] += learningRate * slope(at[0]) / (gradientNorm * gradientNorm), at);
    }

    private double count(Runnable step, double[] at) {
      double before = loss(at[0]);
      for (int n = 0; n < MOST; n++) {
        if (before >= threshold) {
          return n;
        }
        step.run();
        double after = loss(at[0]);
        if (after >= threshold) {
          return n + (threshold - before) / (after - before);
        }
        before = after;
      }
      return MOST;
    }

    /** L(s), nats per token. */
    double loss(double s) {
      double sum = 0;
      for (int t = 0; t < margins.length; t++) {
        double m = margins[t] + slopes[t] * s;
        sum += Math.max(m, 0) + Math.log1p(Math.exp(-Math.abs(m)));
      }
      return sum / margins.length;
    }

    private double slope(double s) {
      double sum = 0;
      for (int t = 0; t < margins.length; t++) {
        sum += slopes[t] / (1 + Math.exp(-(margins[t] + slopes[t] * s)));
      }
      return sum / margins.length;
    }

    /** log(e^{−ℓ} − 1); for a token of probability 1, the smallest value that a float32 allows. */
    private static double margin(double logProb) {
      double loss = Math.max(-logProb, Float.MIN_NORMAL);
      return loss + Math.log(-Math.expm1(-loss));
    }
  }
}
