package io.engram.bench.compare;

import io.engram.core.OrderedMap;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.difficulty.Scoring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * MRD of samples by one estimator, all of it: the scoring without noise and the copy of the weights
 * too. {@code squared_error} is the mean over the samples of the squared standard error, {@code
 * passes} the perturbed passes a sample, {@code check} the mean MRD. Each reading has noise of its
 * own.
 */
final class MrdTask implements Task {
  /** Later than the first, so that the numerical floor isn't measured: the peer has none. */
  private static final int EPOCH = 1;

  private final LanguageModel model;
  private final List<Sample> samples;
  private final long tokens;
  private final DrawnScore settings;
  private final DrawnScore warmUpSettings;
  private long seed;

  private MrdTask(
      LanguageModel model,
      List<TokenizedSample> samples,
      Workload workload,
      List<String> overrides,
      int warmUpDraws) {
    this.model = model;
    this.samples = samples.stream().map(MrdTask::asIds).toList();
    this.tokens = Workload.tokens(samples);
    this.settings = (DrawnScore) workload.recipe(overrides).estimator();
    List<String> fewer = new ArrayList<>(overrides);
    fewer.add("order.estimator.draws=" + warmUpDraws);
    this.warmUpSettings = (DrawnScore) workload.recipe(fewer).estimator();
  }

  /** Algorithm 1 as printed, on a few samples. */
  static MrdTask paper(LanguageModel model, Workload workload) {
    Workload.Settings own = workload.settings();
    List<String> overrides =
        List.of("order.estimator.name=paper", "order.estimator.draws=" + own.paperDraws());
    return new MrdTask(
        model, workload.forget(own.paperSamples()), workload, overrides, own.paperDraws());
  }

  /**
   * The whole forget set.
   *
   * @param keys of {@code order.estimator}: {@code name=antithetic,draws=8}
   */
  static MrdTask ofAll(LanguageModel model, Workload workload, String keys) {
    List<String> overrides =
        Arrays.stream(keys.split(",")).map(key -> "order.estimator." + key).toList();
    return new MrdTask(model, workload.forget(), workload, overrides, 2);
  }

  private static Sample asIds(TokenizedSample sample) {
    return new Sample(
        sample.id(),
        new Sample.TokenIds(
            Arrays.stream(sample.promptIds()).boxed().toList(),
            Arrays.stream(sample.labelIds()).boxed().toList()));
  }

  @Override
  public Reading measure(boolean warmUp) {
    DrawnScore estimator = warmUp ? warmUpSettings : settings;
    long start = System.nanoTime();
    List<MrdRow> rows = estimator.measure(Scoring.of(model, samples, ++seed).before(EPOCH)).rows();
    double seconds = Reading.since(start);
    double squares =
        rows.stream().mapToDouble(row -> row.standardError() * row.standardError()).sum();
    double mrd = rows.stream().mapToDouble(MrdRow::mrd).sum();
    Map<String, Object> more =
        OrderedMap.of(
            "samples",
            rows.size(),
            "passes",
            estimator.draws(),
            "squared_error",
            squares / rows.size(),
            "check",
            mrd / rows.size());
    return new Reading(seconds, tokens * estimator.draws(), more);
  }
}
