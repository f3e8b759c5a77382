package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures samples under a language model with any {@link Estimator}. Leaves the model unchanged,
 * bit for bit.
 */
public final class MrdMeasurement {
  private final ModelScorer model;
  private final Estimator estimator;
  private final DrawRequest.Budget budget;
  private final List<String> notes = new ArrayList<>();

  private MrdMeasurement(ModelScorer model, Estimator estimator, DrawRequest.Budget budget) {
    this.model = model;
    this.estimator = estimator;
    this.budget = budget;
  }

  /**
   * The result.
   *
   * @param estimates one per sample, in order
   * @param sigma σ, as given or as found
   * @param passes passes with noise over the whole set
   * @param notes what a reader should know: how stable the ranking is, the control variate, passes
   *     that were skipped
   */
  public record Result(List<MrdEstimate> estimates, double sigma, int passes, List<String> notes) {}

  /**
   * Measures the samples.
   *
   * @param model the samples under a model
   * @param budget how many draws to make
   * @param seed the run's seed
   * @param epoch the epoch, from 0, before which to measure. σ is checked against the numerical
   *     floor only before the first one, so a run is not aborted for it later
   * @param refuses whether an unusable measurement is an error; otherwise its values are NaN, or
   *     rounding noise, and a note says which
   * @param kept holds draws made before, and keeps new ones
   * @return estimates; the standard error is NaN if there is only one draw or one pair
   * @throws EngramException if a sample's log-probability is not finite without noise, no draw of a
   *     sample is finite (σ too large), or MRD is lost in rounding (σ too small)
   */
  public static Result run(
      ModelScorer model,
      Estimator estimator,
      DrawRequest.Budget budget,
      long seed,
      int epoch,
      boolean refuses,
      KeptDraws kept,
      ProgressListener progress) {
    return model.size() == 0
        ? new Result(List.of(), estimator.sigma(), 0, List.of())
        : new MrdMeasurement(model, estimator, budget).run(seed, epoch, refuses, kept, progress);
  }

  private Result run(
      long seed, int epoch, boolean refuses, KeptDraws kept, ProgressListener progress) {
    DrawRequest request = request(seed, epoch);
    DrawSource source = estimator.source(request);
    boolean checked = epoch == 0 && source.disturbs();
    double[] floor =
        checked ? NumericalFloor.measure(request.scorer(), model.size(), estimator) : new double[0];
    DrawLoop.Result found = new DrawLoop(source, request.budget(), kept).run(progress);
    List<MrdEstimate> estimates = found.estimates();
    if (refuses) {
      IntStream.range(0, model.size())
          .forEach(i -> requireUsable(model.id(i), estimates.get(i), request.sigma(), source));
    }
    if (checked) {
      checkFloor(
          estimates.stream().mapToDouble(MrdEstimate::mrd).toArray(),
          floor,
          request.sigma(),
          refuses);
    }
    notes.addAll(found.notes());
    notes.addAll(leftOut(estimates, model::id));
    noteClamped(source.samples());
    return new Result(estimates, request.sigma(), found.passes(), List.copyOf(notes));
  }

  private DrawRequest request(long seed, int epoch) {
    double given = estimator.sigma();
    DrawRequest request =
        new DrawRequest(
            new PlainOnce(model),
            model,
            model.size(),
            given == 0 ? SigmaTrial.START : given,
            budget,
            seed,
            epoch);
    if (given != 0) {
      return request;
    }
    double sigma = SigmaTrial.find(request, estimator);
    notes.add("σ auto: %s, at which the median MRD is about %s".formatted(sigma, SigmaTrial.AIM));
    return request.at(sigma);
  }

  private void checkFloor(double[] mrd, double[] floor, double sigma, boolean refuses) {
    if (refuses) {
      NumericalFloor.require(mrd, floor, sigma, estimator.absolute());
    } else if (NumericalFloor.isBelow(mrd, floor)) {
      notes.add("σ = %s is too small for this model: MRD is lost in rounding".formatted(sigma));
    }
  }

  private static void requireUsable(
      String id, MrdEstimate estimate, double sigma, DrawSource source) {
    if (estimate.draws() == 0) {
      throw tooLarge(
          sigma,
          "None of the %d passes with noise gave finite log-probabilities for sample %s."
              .formatted(estimate.nonFinite(), id));
    }
    // If squares overflow in a norm, its result is 0 and every token becomes equally likely.
    if (source.disturbs() && estimate.standardError() == 0 && estimate.mrd() > 0) {
      throw tooLarge(
          sigma,
          "All %d passes with noise gave the same log-probabilities for sample %s."
              .formatted(estimate.draws(), id));
    }
  }

  private static EngramException tooLarge(double sigma, String why) {
    return EngramException.usage(
        "order.estimator.sigma = %s: too large for this model. %s%nTry a far smaller one; 0.001 is the default."
            .formatted(sigma, why));
  }

  /** A note if passes were skipped, otherwise empty. */
  static List<String> leftOut(List<MrdEstimate> estimates, IntFunction<String> id) {
    int[] hit =
        IntStream.range(0, estimates.size())
            .filter(i -> estimates.get(i).nonFinite() > 0)
            .toArray();
    return hit.length == 0
        ? List.of()
        : List.of(
            "σ may be too large: passes without finite log-probabilities were skipped for %d samples, %d for sample %s"
                .formatted(hit.length, estimates.get(hit[0]).nonFinite(), id.apply(hit[0])));
  }

  private void noteClamped(List<RelativeChange> samples) {
    int[] hit =
        IntStream.range(0, samples.size())
            .filter(i -> samples.get(i).clamped() == samples.get(i).tokens())
            .toArray();
    if (hit.length > 0) {
      notes.add(
          "every token of %d samples, %s first, is more certain than order.estimator.clamp = %s nats: their MRD depends on it"
              .formatted(hit.length, model.id(hit[0]), samples.get(hit[0]).clamp()));
    }
  }

  /** A scorer of a model that does not change: scores without noise are computed only once. */
  static final class PlainOnce implements NoisyScorer {
    private final NoisyScorer scorer;
    private int @Nullable [] samples;
    private List<double[]> plain = List.of();

    PlainOnce(NoisyScorer scorer) {
      this.scorer = scorer;
    }

    /** Keeps the first result at scale 0 and returns it again for the same samples. */
    @Override
    public List<double[]> logProbs(int[] chosen, RandomStream noise, double scale) {
      if (scale != 0 || (samples != null && !Arrays.equals(samples, chosen))) {
        return scorer.logProbs(chosen, noise, scale);
      }
      if (samples == null) {
        plain = List.copyOf(scorer.logProbs(chosen, noise, scale));
        samples = chosen.clone();
      }
      return plain;
    }

    @Override
    public Pair pair(int[] chosen, Supplier<RandomStream> noise, double scale) {
      return scorer.pair(chosen, noise, scale);
    }

    @Override
    public List<double[]> independent(int[] chosen, RandomStream noise, double scale) {
      return scorer.independent(chosen, noise, scale);
    }
  }
}
