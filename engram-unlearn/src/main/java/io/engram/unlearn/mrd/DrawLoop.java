package io.engram.unlearn.mrd;

import io.engram.core.ProgressListener;
import io.engram.core.stats.MeanWithError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes noise draws from a source until there are enough, and turns them into estimates.
 *
 * <p>Enough is the requested number. With {@code draws: auto}, it is when {@link StableRanking}
 * expects a τ of at least {@code budget.stableTau()} twice in a row, checked after 4 values and
 * then after every quarter more, or when the budget ends.
 *
 * <p>{@code |E r|}: MRD = |mean of r|, with the standard error of the mean of r. That is correct to
 * first order if MRD is well above its error. Near 0 the absolute value of noise is biased upwards,
 * and an MRD of the size of its standard error should be read as "not distinguishable from 0".
 * {@code E |r|}: the mean of |r| and its standard error.
 */
public final class DrawLoop {
  private final DrawSource source;
  private final DrawRequest.Budget budget;
  private final KeptDraws kept;
  private final List<DrawSource.Draw> draws = new ArrayList<>();

  /**
   * A loop over this source.
   *
   * @param kept holds draws made before, and keeps new ones
   */
  public DrawLoop(DrawSource source, DrawRequest.Budget budget, KeptDraws kept) {
    this.source = source;
    this.budget = budget;
    this.kept = kept;
  }

  /**
   * The result of the draws.
   *
   * @param values after the control variate, {@code [K][N]}
   * @param passes passes with noise per sample
   */
  public record Result(
      List<MrdEstimate> estimates, double[][] values, int passes, List<String> notes) {}

  /** Makes the draws and returns their result. */
  public Result run(ProgressListener progress) {
    int limit = budget.draws() / source.passes();
    progress.start("MRD, up to %d %s".formatted(limit, source.unit()), limit, source.unit());
    kept.begin(limit, source.unit());
    int next = 4;
    double tau = Double.NaN;
    boolean before = false;
    while (draws.size() < limit) {
      draw(draws.size());
      progress.advance(1);
      if (budget.auto() && draws.size() == next) {
        tau = StableRanking.expectedTau(adjusted().values());
        boolean stable = tau >= budget.stableTau();
        if (stable && before) {
          break;
        }
        before = stable;
        next += Math.max(1, next / 4);
      }
    }
    progress.finish();
    return result(limit);
  }

  private void draw(int k) {
    DrawSource.Draw draw = kept.find(k);
    int n = source.samples().size();
    boolean fits =
        draw != null
            && draw.values().length == n
            && (draw.controls().length == n || draw.controls().length == 0);
    if (draw == null || !fits) {
      draw = source.draw(k);
      kept.keep(k, draw);
    }
    draws.add(draw);
  }

  private ControlVariate.Adjusted adjusted() {
    return source.control().apply(source.samples().size(), draws);
  }

  private Result result(int limit) {
    ControlVariate.Adjusted adjusted = adjusted();
    List<MrdEstimate> estimates = new ArrayList<>();
    for (int i = 0; i < source.samples().size(); i++) {
      estimates.add(estimate(i, adjusted));
    }
    List<String> notes = new ArrayList<>(adjusted.notes());
    notes.add(stability(adjusted.values(), limit));
    return new Result(
        estimates, adjusted.values(), draws.size() * source.passes(), List.copyOf(notes));
  }

  private MrdEstimate estimate(int sample, ControlVariate.Adjusted adjusted) {
    double[] finite =
        Arrays.stream(adjusted.values())
            .mapToDouble(v -> v[sample])
            .filter(Double::isFinite)
            .toArray();
    MeanWithError mean = MeanWithError.of(finite);
    RelativeChange change = source.samples().get(sample);
    return new MrdEstimate(
        Math.abs(mean.mean()),
        Math.hypot(mean.standardError(), adjusted.addedErrors()[sample]),
        finite.length * source.passes(),
        change.tokens(),
        change.clamped(),
        (draws.size() - finite.length) * source.passes());
  }

  private String stability(double[][] values, int limit) {
    double tau = StableRanking.expectedTau(values);
    String made = "%d %s".formatted(draws.size(), source.unit());
    if (Double.isNaN(tau)) {
      return made + ": too few to estimate how stable the ranking is";
    }
    String expected =
        String.format(Locale.ROOT, "%s: expected Kendall τ with the true ranking %.2f", made, tau);
    return budget.auto() && draws.size() >= limit
        ? expected + " (wanted " + budget.stableTau() + "; the budget ended)"
        : expected;
  }

  /** Keeps finished draws, so that an interrupted measurement can continue where it stopped. */
  public interface KeptDraws {
    /** Keeps nothing. */
    KeptDraws NONE =
        new KeptDraws() {
          @Override
          public DrawSource.@Nullable Draw find(int k) {
            return null;
          }

          @Override
          public void keep(int k, DrawSource.Draw draw) {}
        };

    /**
     * Called when the measurement begins.
     *
     * @param limit maximum number of draws
     * @param unit the unit of the draws
     */
    default void begin(int limit, String unit) {}

    /** Draw number k; null if it is not kept. */
    DrawSource.@Nullable Draw find(int k);

    /** Keeps draw number k. */
    void keep(int k, DrawSource.Draw draw);

    /** Called when the result is written and the draws are no longer needed. */
    default void done() {}
  }
}
