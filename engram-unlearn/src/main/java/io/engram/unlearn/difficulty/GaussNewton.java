package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;
import java.util.Set;

/**
 * MRD to second order, with the Gauss-Newton matrix in place of the Hessian: {@code (σ²/2n) Σ_t
 * tr(F_t)/|ℓ_t|, F_t = J_tᵀ(diag p_t − p_t p_tᵀ)J_t}, with J_t the Jacobian of the logits. F_t is
 * also the Fisher information of token t's distribution. This omits the curvature of the logits
 * themselves. Each draw takes one backward pass for all samples.
 *
 * <p>This is a score of its own, not an estimate of MRD: it ranks samples as MRD does only if the
 * omitted part does not vary. It is never negative.
 *
 * <p><b>Source:</b> not in the paper; Schraudolph 2002 for the split of the Hessian.
 */
@Choice(
    value = "gauss_newton",
    summary = "not MRD: its second order without the curvature of the logits, from gradients alone")
public record GaussNewton(
    double sigma,
    int draws,
    int maxDraws,
    double stableTau,
    Tokens tokens,
    Scope scope,
    double clamp)
    implements DrawnScore.Relative {
  @Override
  public String title() {
    return "Gauss-Newton";
  }

  @Override
  public String about() {
    return """
    Gauss-Newton: the second order of MRD without the curvature of the logits, from gradients alone.
    Small = hard to forget. Not MRD.\
    """;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.GRADIENTS);
  }

  @Override
  public Cost cost() {
    return DrawnScore.backward(budget());
  }

  @Override
  public DrawSource source(DrawRequest request) {
    List<RelativeChange> samples = changes(request.plain());
    double half = request.sigma() * request.sigma() / 2;
    return new DrawSource.Backward(
        samples,
        k -> {
          double[] traces = request.gradients().gaussNewton((i, l) -> weights(samples.get(i)), k);
          for (int i = 0; i < traces.length; i++) {
            traces[i] = samples.get(i).total(half * traces[i]);
          }
          return traces;
        });
  }

  /** {@code 1/√|ℓ_t|}, with |ℓ_t| at least the clamp. */
  private static double[] weights(RelativeChange sample) {
    double[] weights = sample.denominators();
    for (int t = 0; t < weights.length; t++) {
      weights[t] = 1 / Math.sqrt(-weights[t]);
    }
    return weights;
  }
}
