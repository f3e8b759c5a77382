package io.engram.unlearn.mrd;

import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.util.List;
import java.util.function.IntFunction;

/** Makes an estimator's independent values, one for every sample at a time. */
public interface DrawSource {
  /** Passes of the model per value: 2 for an antithetic pair. */
  int passes();

  /** The samples without noise. */
  List<RelativeChange> samples();

  /**
   * Value number k of every sample; a pure function of k.
   *
   * @return NaN for a sample if a log-probability is not finite
   */
  Draw draw(int k);

  /** The unit of the values, as shown in progress lines. */
  String unit();

  /** The control variate of the values, or {@link ControlVariate#NONE}. */
  default ControlVariate control() {
    return ControlVariate.NONE;
  }

  /**
   * Whether the values come from noise on the parameters. If so, a σ that is too small is lost in
   * rounding, and one that is too large breaks the model.
   */
  default boolean disturbs() {
    return true;
  }

  /**
   * One value for every sample.
   *
   * @param values r, or |r| with the absolute value inside; {@code [N]}
   * @param controls c, whose mean is known; {@code [N]}, empty if there are none
   */
  record Draw(double[] values, double[] controls) {
    /** Values without a control. */
    public static Draw of(double[] values) {
      return new Draw(values, new double[0]);
    }
  }

  /**
   * Values r(δ_k), or |r(δ_k)|, one pass each.
   *
   * @param perturbed gives ℓ_t(θ+δ_k) of every sample
   */
  record Plain(
      List<RelativeChange> samples, Absolute absolute, IntFunction<List<double[]>> perturbed)
      implements DrawSource {
    @Override
    public int passes() {
      return 1;
    }

    @Override
    public String unit() {
      return "draws";
    }

    @Override
    public Draw draw(int k) {
      List<double[]> logProbs = perturbed.apply(k);
      double[] values = new double[samples.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = absolute.of(samples.get(i).of(logProbs.get(i)));
      }
      return Draw.of(values);
    }
  }

  /**
   * Values {@code (r(δ_k) + r(−δ_k)) / 2}, two passes each.
   *
   * @param perturbed gives ℓ_t of every sample under both signs
   */
  record Pairs(
      List<RelativeChange> samples,
      Absolute absolute,
      ControlVariate control,
      IntFunction<NoisyScorer.Pair> perturbed)
      implements DrawSource {
    /**
     * Pairs shared by all samples; pair k comes from stream (seed, "mrd-antithetic", epoch, k).
     *
     * @param samples all samples of the request
     */
    public static Pairs shared(
        DrawRequest request,
        List<RelativeChange> samples,
        Absolute absolute,
        ControlVariate control) {
      return new Pairs(samples, absolute, control, k -> shared(request, k));
    }

    /** Pair k of the shared pairs, as log-probabilities. */
    public static NoisyScorer.Pair shared(DrawRequest request, int k) {
      return request
          .scorer()
          .pair(request.all(), () -> request.stream("mrd-antithetic", k), request.sigma());
    }

    @Override
    public int passes() {
      return 2;
    }

    @Override
    public String unit() {
      return "pairs";
    }

    @Override
    public Draw draw(int k) {
      NoisyScorer.Pair pair = perturbed.apply(k);
      int count = samples.size();
      double[] values = new double[count];
      double[] controls = new double[control == ControlVariate.NONE ? 0 : count];
      for (int i = 0; i < count; i++) {
        double plus = absolute.of(samples.get(i).of(pair.plus().get(i)));
        double minus = absolute.of(samples.get(i).of(pair.minus().get(i)));
        values[i] = (plus + minus) / 2;
        if (controls.length > 0) {
          controls[i] = samples.get(i).oddPart(pair.plus().get(i), pair.minus().get(i));
        }
      }
      return new Draw(values, controls);
    }
  }

  /**
   * Values from one backward pass each, without noise on the parameters.
   *
   * @param backward gives one value for every sample
   */
  record Backward(List<RelativeChange> samples, IntFunction<double[]> backward)
      implements DrawSource {
    @Override
    public int passes() {
      return 1;
    }

    @Override
    public String unit() {
      return "backward passes";
    }

    @Override
    public boolean disturbs() {
      return false;
    }

    @Override
    public Draw draw(int k) {
      return Draw.of(backward.apply(k));
    }
  }
}
