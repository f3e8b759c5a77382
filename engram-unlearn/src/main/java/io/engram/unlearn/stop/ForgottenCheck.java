package io.engram.unlearn.stop;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.MemorizationAccuracy;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MemorizationScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Checks which samples a model has forgotten. Every check covers all samples, so that one which
 * recovers is noticed. EL needs generation, so it is measured only for samples whose MA is low
 * enough, and only if it can decide.
 *
 * <p><b>Source:</b> App. C.4.
 */
public final class ForgottenCheck {
  private final MemorizationScores scores;
  private final List<TokenizedSample> samples;
  private final ProgressListener progress;

  /** Checks these samples under the current model at each look. Borrows the model. */
  public ForgottenCheck(
      LanguageModel model, List<TokenizedSample> samples, ProgressListener progress) {
    this.scores = new MemorizationScores(model);
    this.samples = List.copyOf(samples);
    this.progress = progress;
  }

  /**
   * The result of one check.
   *
   * @param ma {@code [N]}
   * @param el {@code [N]}; NaN if it was not measured or the sample has none
   * @param forgotten {@code [N]}
   */
  public record Look(double[] ma, double[] el, boolean[] forgotten) {
    static Look of(double[] ma, double[] el, Thresholds thresholds) {
      boolean[] forgotten = new boolean[ma.length];
      for (int i = 0; i < ma.length; i++) {
        forgotten[i] = thresholds.maIsBelow(ma[i]) && thresholds.elIsBelow(el[i]);
      }
      return new Look(ma, el, forgotten);
    }

    /** Mean MA over all samples. */
    public double meanMa() {
      return Thresholds.mean(ma);
    }

    /** Mean EL over those that have one. */
    public double meanEl() {
      return Thresholds.mean(el);
    }

    /** How many have an EL. */
    public int elSamples() {
      return (int) Arrays.stream(el).filter(value -> !Double.isNaN(value)).count();
    }
  }

  /**
   * The state before the first update: the thresholds, and which samples are already below them.
   */
  public record First(Thresholds thresholds, Look look) {}

  /** Uses the recipe's thresholds, or else the means under the current model. */
  public First first(StoppingRule rule) {
    Double givenEl = rule.el();
    Double givenMa = rule.ma();
    double[] ma = accuracy();
    double[] el = givenEl == null || givenEl < 1 ? extraction(samples) : none();
    Thresholds means = Thresholds.means(el, ma);
    Thresholds thresholds =
        new Thresholds(
            givenEl == null ? means.el() : givenEl, givenMa == null ? means.ma() : givenMa);
    return new First(thresholds, Look.of(ma, el, thresholds));
  }

  /**
   * Checks all samples.
   *
   * @throws EngramException if a log-probability is NaN or infinite: the model has diverged
   */
  public Look look(Thresholds thresholds) {
    double[] ma = accuracy();
    double[] el = none();
    int[] low = IntStream.range(0, ma.length).filter(i -> thresholds.maIsBelow(ma[i])).toArray();
    if (thresholds.asksEl()) {
      double[] found = extraction(Arrays.stream(low).mapToObj(samples::get).toList());
      for (int i = 0; i < low.length; i++) {
        el[low[i]] = found[i];
      }
    }
    return Look.of(ma, el, thresholds);
  }

  private double[] none() {
    double[] el = new double[samples.size()];
    Arrays.fill(el, Double.NaN);
    return el;
  }

  private double[] accuracy() {
    progress.start("MA of the forget set", samples.size(), "samples");
    List<Scorer.TokenScores> places = scores.places(samples, progress);
    progress.finish();
    List<Double> ma = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Scorer.TokenScores own = places.get(i);
      if (!Arrays.stream(own.logProbs()).allMatch(Double::isFinite)) {
        throw EngramException.usage(
            "Sample %s has a log-probability that is NaN: training has diverged.\nUse a smaller optimizer.learning_rate or set optimizer.clip_norm."
                .formatted(samples.get(i).id()));
      }
      ma.add(MemorizationAccuracy.of(own.isArgmax()));
    }
    return ma.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private double[] extraction(List<TokenizedSample> some) {
    progress.start("EL of the forget set", some.size(), "samples");
    double[] el = scores.extraction(some, progress);
    progress.finish();
    return el;
  }
}
