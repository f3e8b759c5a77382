package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.ControlVariate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The MRD of samples under a language model. The model is the same, bit for bit, afterwards. */
public final class MrdMeasurement {
  private final ModelScorer model;
  private final EstimatorSection section;
  private final long seed;
  private final int epoch;
  private final List<String> notes = new ArrayList<>();

  private MrdMeasurement(ModelScorer model, EstimatorSection section, long seed, int epoch) {
    this.model = model;
    this.section = section;
    this.seed = seed;
    this.epoch = epoch;
  }

  /**
   * What was measured.
   *
   * @param rows one a sample, in order
   * @param values each sample's independent values after the control variate, {@code [K][N]}
   * @param sigma σ, as given or as found
   * @param passes perturbed passes made of the whole set
   * @param notes what a reader should know: how stable the ranking is, the control variate, passes
   *     left out
   */
  public record Result(
      List<MrdRow> rows, double[][] values, double sigma, int passes, List<String> notes) {}

  /** {@link #run} without kept draws: the rows alone. */
  public static List<MrdRow> measure(
      LanguageModel model,
      List<Sample> samples,
      EstimatorSection settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    return run(model, samples, settings, seed, epoch, KeptDraws.NONE, progress).rows();
  }

  /**
   * Measures the samples' MRD.
   *
   * @param settings the estimator and its settings; {@code scope: all} counts every token but the
   *     first, the end token among them
   * @param seed the run's
   * @param epoch before which epoch, from 0. Before the first one σ is checked against the
   *     numerical floor; a run is not broken off for it later
   * @param kept draws made before, and where new ones are kept
   * @return rows with a standard error that is NaN where there is only one draw or one pair
   * @throws EngramException if a sample's log-probability isn't finite without noise, no draw of a
   *     sample is finite (σ too large), or MRD is lost in rounding (σ too small)
   */
  public static Result run(
      LanguageModel model,
      List<Sample> samples,
      EstimatorSection settings,
      long seed,
      int epoch,
      KeptDraws kept,
      ProgressListener progress) {
    if (samples.isEmpty()) {
      return new Result(List.of(), new double[0][0], settings.sigma(), 0, List.of());
    }
    ModelScorer scorer = new ModelScorer(model, samples, settings.scope(), seed, epoch);
    return new MrdMeasurement(scorer, settings, seed, epoch).run(kept, progress);
  }

  private Result run(KeptDraws kept, ProgressListener progress) {
    double sigma = section.hasAutoSigma() ? autoSigma() : section.sigma();
    MrdSettings settings = MrdSettings.of(section, sigma);
    boolean checked = epoch == 0 && section.name().isMrd();
    NoisyScorer scorer = new PlainOnce(model);
    double[] floor =
        checked ? NumericalFloor.measure(scorer, model.size(), settings) : new double[0];
    DrawSource source =
        estimator(model, section).draws(scorer, model.size(), settings, seed, epoch);
    DrawLoop.Result found = new DrawLoop(source, settings, kept).run(progress);
    List<MrdRow> rows =
        IntStream.range(0, model.size())
            .mapToObj(i -> row(model.id(i), found.estimates().get(i), settings))
            .toList();
    if (checked) {
      NumericalFloor.require(rows.stream().mapToDouble(MrdRow::mrd).toArray(), floor, settings);
    }
    notes.addAll(found.notes());
    notes.addAll(leftOut(found.estimates(), model::id));
    noteClamped(rows);
    return new Result(rows, found.values(), sigma, found.passes(), List.copyOf(notes));
  }

  /** The estimator that a recipe names, with what it needs of a model. */
  static MrdEstimator estimator(ModelScorer model, EstimatorSection section) {
    boolean controlled =
        section.controlVariate() == ControlVariate.ON
            || (section.controlVariate() == ControlVariate.AUTO
                && section.absolute() == Absolute.OUTSIDE);
    return switch (section.name()) {
      case ANTITHETIC -> new AntitheticEstimator(controlled ? model : null);
      case GRADIENT -> new GradientEstimator(model);
      case GAUSS_NEWTON -> new GaussNewtonEstimator(model);
      case ACTIVATION, PAPER, SHARED -> MrdEstimator.named(section.name());
      case PREDICTED_UPDATES ->
          throw EngramException.usage(
              "order.estimator.name = predicted_updates: is not MRD and has no draws; it is for"
                  + " an order, or engram mrd without --sweep.");
    };
  }

  private double autoSigma() {
    double sigma = SigmaTrial.find(model, model.size(), section, seed, epoch);
    notes.add("σ auto: %s, at which the median MRD is about %s".formatted(sigma, SigmaTrial.AIM));
    return sigma;
  }

  private MrdRow row(String id, MrdEstimate estimate, MrdSettings settings) {
    if (estimate.draws() == 0) {
      throw tooLarge(
          settings,
          "None of the %d perturbed passes of sample %s gave finite log-probabilities."
              .formatted(estimate.nonFinite(), id));
    }
    // Squares that overflow in a norm make its result 0 and every token equally likely.
    if (section.name().isMrd() && estimate.standardError() == 0 && estimate.mrd() > 0) {
      throw tooLarge(
          settings,
          "All %d perturbed passes of sample %s gave the same log-probabilities."
              .formatted(estimate.draws(), id));
    }
    return new MrdRow(
        id,
        estimate.mrd(),
        estimate.standardError(),
        estimate.draws(),
        estimate.tokens(),
        estimate.clamped());
  }

  private static EngramException tooLarge(MrdSettings settings, String why) {
    return EngramException.usage(
        "order.estimator.sigma = %s: too large for this model. %s%nTry a far smaller one; 0.001 is the default."
            .formatted(settings.sigma(), why));
  }

  /** A note where passes were left out, else none. */
  static List<String> leftOut(List<MrdEstimate> estimates, IntFunction<String> id) {
    int[] hit =
        IntStream.range(0, estimates.size())
            .filter(i -> estimates.get(i).nonFinite() > 0)
            .toArray();
    return hit.length == 0
        ? List.of()
        : List.of(
            "σ may be too large: passes without finite log-probabilities were left out of %d samples, %d of sample %s"
                .formatted(hit.length, estimates.get(hit[0]).nonFinite(), id.apply(hit[0])));
  }

  private void noteClamped(List<MrdRow> rows) {
    List<MrdRow> hit = rows.stream().filter(row -> row.clamped() == row.tokens()).toList();
    if (!hit.isEmpty()) {
      notes.add(
          "every token of %d samples, %s first, is more certain than order.estimator.clamp = %s nats: their MRD depends on it"
              .formatted(hit.size(), hit.get(0).id(), section.clamp()));
    }
  }
}
