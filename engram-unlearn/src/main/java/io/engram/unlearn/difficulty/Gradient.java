package io.engram.unlearn.difficulty;

import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.GradientControl;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;
import java.util.Set;

/**
 * The gradient term of MRD, from backward passes without noise: {@code (σ²/2n) Σ_t ‖∇u_t‖², u =
 * log|ℓ|}. It is the first of the two terms of {@code Tr(∇²ℓ)/ℓ = ‖∇u‖² + Tr ∇²u}, which MRD equals
 * to second order. With random signs s_t, {@code E‖∇ Σ_t s_t u_t‖² = Σ_t ‖∇u_t‖²}: each draw takes
 * one backward pass for all samples. This is a score of its own, not an estimate of MRD: it ranks
 * samples as MRD does only if the second term does not vary.
 *
 * <p>The signs of draw k come from child k of stream (seed, "mrd-gradient", epoch, 0), with one
 * child of that per sample. Clamped tokens are skipped. A draw counts as one pass and costs about
 * two.
 *
 * <p><b>Source:</b> not in the paper; App. A with u = log|ℓ|.
 */
@Choice(value = "gradient", summary = "not MRD: the part of it that gradients alone determine")
public record Gradient(
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
    return "gradient term";
  }

  @Override
  public String about() {
    return """
    Gradient term: the part of MRD's second order that gradients alone determine, without noise.
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
    RandomStream signs = request.stream("mrd-gradient", 0);
    List<RelativeChange> samples = changes(request.plain());
    return new DrawSource.Backward(
        samples,
        k -> GradientControl.norms(request.gradients(), samples, request.sigma(), signs.child(k)));
  }
}
