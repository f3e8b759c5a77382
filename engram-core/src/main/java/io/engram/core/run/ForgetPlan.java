package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code plan.json}: what a run will take, written before it changes anything.
 *
 * @param updates updates until all samples are forgotten
 * @param budget updates after which the run ends in any case
 * @param learningRate learning rate of the run
 * @param learningRateFound whether it was found by rehearsing
 * @param otherWords how much a token of an answer counts that doesn't belong to its fact; null: as
 *     much as one that does
 * @param seconds time of the run
 * @param peakBytes memory at the most
 * @param cost price of the run's time; null if no price per hour was given
 * @param samples forecast for each sample, in the order of the data
 * @param keepAtRisk samples to keep, the one whose loss rises most first
 * @param keepLoss their mean
 * @param rehearsal what the forecast is taken from
 * @param controls what the requests are compared with; null if the plan is not of a request
 */
public record ForgetPlan(
    Updates updates,
    int budget,
    double learningRate,
    boolean learningRateFound,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double otherWords,
    double seconds,
    long peakBytes,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double cost,
    List<Planned> samples,
    List<AtRisk> keepAtRisk,
    KeepLoss keepLoss,
    Rehearsed rehearsal,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Controls controls) {
  /** A plan of a recipe, which knows nothing of requests and controls. */
  public ForgetPlan(
      Updates updates,
      int budget,
      double learningRate,
      boolean learningRateFound,
      @Nullable Double otherWords,
      double seconds,
      long peakBytes,
      @Nullable Double cost,
      List<Planned> samples,
      List<AtRisk> keepAtRisk,
      KeepLoss keepLoss,
      Rehearsed rehearsal) {
    this(
        updates,
        budget,
        learningRate,
        learningRateFound,
        otherWords,
        seconds,
        peakBytes,
        cost,
        samples,
        keepAtRisk,
        keepLoss,
        rehearsal,
        null);
  }

  /** Copies the lists. */
  public ForgetPlan {
    samples = List.copyOf(samples);
    keepAtRisk = List.copyOf(keepAtRisk);
  }

  /** The same plan with what is known of the requests. */
  public ForgetPlan ofRequests(
      List<Planned> requests, List<String> answeredKept, Controls compared) {
    return new ForgetPlan(
        updates,
        budget,
        learningRate,
        learningRateFound,
        otherWords,
        seconds,
        peakBytes,
        cost,
        requests,
        keepAtRisk,
        new KeepLoss(keepLoss.samples(), keepLoss.before(), keepLoss.forecast(), answeredKept),
        rehearsal,
        compared);
  }

  /** The file's name in a run folder. */
  public static final String FILE = "plan.json";

  /** The file of general questions that stand in for samples to keep, in the run folder. */
  public static final String GENERAL = "general.jsonl";

  /**
   * Updates until all samples are forgotten; null: more than the rehearsal could see.
   *
   * @param low lower end of the interval that should hold the number 4 times of 5
   * @param high upper end
   */
  public record Updates(@Nullable Double median, @Nullable Double low, @Nullable Double high) {}

  /**
   * The forecast for one sample.
   *
   * @param updates until it is forgotten; 0: nothing to do; null: more than the rehearsal could see
   * @param knownBefore {@code known}, {@code not_known} or {@code undecided}; null if the plan is
   *     not of a request
   * @param aboveBefore measures above the range of samples never seen; null likewise
   * @param before how well it is known; null likewise
   * @param answeredForOthers as in {@link VerdictRow}
   */
  public record Planned(
      String id,
      @Nullable Double updates,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String knownBefore,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> aboveBefore,
      @JsonInclude(JsonInclude.Include.NON_NULL) VerdictRow.@Nullable Values before,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean answeredForOthers) {}

  /**
   * A sample to keep.
   *
   * @param lossBefore mean loss of its tokens, nats
   * @param lossForecast the same after the run
   */
  public record AtRisk(String id, double lossBefore, double lossForecast) {}

  /**
   * The loss on samples to keep, nats a token.
   *
   * @param samples how many were looked at
   * @param answered ids of the samples that only measure whose answer the model gives itself: the
   *     whole fact, in whatever words; null if the plan is not of a request
   */
  public record KeepLoss(
      int samples,
      double before,
      double forecast,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> answered) {}

  /**
   * What the forecast is taken from.
   *
   * @param factors by how much its longest steps are longer than the run's
   * @param updates that the rehearsal made
   * @param seconds that the forecast took
   */
  public record Rehearsed(List<Double> factors, int updates, double seconds) {}

  /**
   * What the requests are compared with.
   *
   * @param origin {@code given}, {@code retrained} or {@code made}
   * @param n how many
   * @param limits the upper ends of their range
   */
  public record Controls(String origin, int n, VerdictRow.Values limits) {}
}
