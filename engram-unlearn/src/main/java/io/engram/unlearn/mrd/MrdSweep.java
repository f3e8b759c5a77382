package io.engram.unlearn.mrd;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Measures MRD at several σ and with several numbers of draws. For each σ the largest number of
 * draws is made once, and MRD from fewer draws uses the first of them, so no pass is made twice. As
 * a consequence, the estimates of one σ are not independent of each other.
 *
 * <p><b>Source:</b> Fig. 5.
 */
public final class MrdSweep {
  private MrdSweep() {}

  /** An estimate, as a line of JSON. */
  public record Row(String id, double sigma, int draws, double mrd, double standardError) {}

  /**
   * The results for one σ.
   *
   * @param belowFloor whether the median MRD is lost in rounding ({@link NumericalFloor})
   * @param estimates by the number of draws, one per sample in order; the MRD of a sample without
   *     any finite draw is NaN
   */
  public record AtSigma(
      double sigma, boolean belowFloor, NavigableMap<Integer, List<MrdEstimate>> estimates) {
    /** The estimates from this many draws; empty if there are none. */
    public List<MrdEstimate> of(int draws) {
      return estimates.getOrDefault(draws, List.of());
    }

    /** MRD from this many draws, {@code [N]}. */
    public double[] mrd(int draws) {
      return of(draws).stream().mapToDouble(MrdEstimate::mrd).toArray();
    }

    /** The largest number of draws. */
    public int most() {
      return estimates.lastKey();
    }

    /** Number of passes that were not finite, over all samples and all draws. */
    public int nonFinite() {
      return of(most()).stream().mapToInt(MrdEstimate::nonFinite).sum();
    }

    /** The estimates as rows, by number of draws and then in the order of the ids. */
    public List<Row> rows(List<String> ids) {
      List<Row> rows = new ArrayList<>();
      estimates.forEach(
          (draws, all) -> {
            for (int i = 0; i < all.size(); i++) {
              MrdEstimate one = all.get(i);
              rows.add(new Row(ids.get(i), sigma, draws, one.mrd(), one.standardError()));
            }
          });
      return rows;
    }
  }

  /**
   * Measures the samples at each σ.
   *
   * @param sigmas if empty, only the estimator's σ
   * @param draws numbers of passes; an estimator of pairs skips odd numbers
   * @throws io.engram.core.EngramException if a sample's log-probability is not finite without
   *     noise, or the largest number of draws is odd and draws are pairs
   */
  public static List<AtSigma> measure(
      LanguageModel model,
      List<Sample> samples,
      Estimator estimator,
      List<Double> sigmas,
      List<Integer> draws,
      long seed,
      ProgressListener progress) {
    ModelScorer scorer = new ModelScorer(model, samples, estimator.scope(), seed, 0);
    int most = draws.stream().mapToInt(Integer::intValue).max().orElseThrow();
    DrawRequest.Budget budget = DrawRequest.Budget.of(most);
    DrawRequest first =
        new DrawRequest(scorer, scorer, scorer.size(), SigmaTrial.START, budget, seed, 0);
    double @Nullable [] floor = null;
    List<AtSigma> found = new ArrayList<>();
    for (double sigma : sigmas.isEmpty() ? List.of(sigma(estimator, first)) : sigmas) {
      DrawSource source = estimator.source(first.at(sigma));
      if (floor == null) {
        floor =
            source.disturbs()
                ? NumericalFloor.measure(scorer, scorer.size(), estimator)
                : new double[scorer.size()];
      }
      found.add(at(source, sigma, most, draws, floor, progress));
    }
    return found;
  }

  private static double sigma(Estimator estimator, DrawRequest request) {
    return estimator.sigma() == 0 ? SigmaTrial.find(request, estimator) : estimator.sigma();
  }

  /** Measures one σ: makes all draws first, then reuses the kept ones for each smaller number. */
  static AtSigma at(
      DrawSource source,
      double sigma,
      int most,
      List<Integer> draws,
      double[] floor,
      ProgressListener progress) {
    InMemory kept = new InMemory();
    List<MrdEstimate> all =
        new DrawLoop(source, DrawRequest.Budget.of(most), kept).run(progress).estimates();
    NavigableMap<Integer, List<MrdEstimate>> estimates = new TreeMap<>();
    estimates.put(most, all);
    for (int fewer : draws) {
      if (fewer < most && fewer % source.passes() == 0) {
        DrawRequest.Budget less = DrawRequest.Budget.of(fewer);
        estimates.put(
            fewer, new DrawLoop(source, less, kept).run(ProgressListener.NONE).estimates());
      }
    }
    double[] finite = all.stream().mapToDouble(MrdEstimate::mrd).filter(Double::isFinite).toArray();
    boolean below = finite.length > 0 && NumericalFloor.isBelow(finite, floor);
    return new AtSigma(sigma, below, estimates);
  }

  private static final class InMemory implements KeptDraws {
    private final Map<Integer, DrawSource.Draw> draws = new HashMap<>();

    @Override
    public DrawSource.@Nullable Draw find(int k) {
      return draws.get(k);
    }

    @Override
    public void keep(int k, DrawSource.Draw draw) {
      draws.put(k, draw);
    }
  }
}
