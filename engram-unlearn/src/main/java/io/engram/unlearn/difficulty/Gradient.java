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
 * A score of its own, from backward passes without any noise: {@code (σ²/2n) Σ_t ‖∇u_t‖², u =
 * log|ℓ|}. It's the first of the two terms of {@code Tr(∇²ℓ)/ℓ = ‖∇u‖² + Tr ∇²u}, which is what MRD
 * is to second order. With random signs s_t, {@code E‖∇ Σ_t s_t u_t‖² = Σ_t ‖∇u_t‖²}: one backward
 * pass a draw, for all samples. Not MRD: it ranks as MRD does only where the second term doesn't
 * vary.
 *
 * <p>Signs of draw k come from child k of stream (seed, "mrd-gradient", epoch, 0), a child a
 * sample. Clamped tokens are left out. A draw counts as one pass and costs about two.
 *
 * <p><b>Source:</b> not in the paper; App. A with u = log|ℓ|.
 */
@Choice(
    value = "gradient",
    summary = "a score of its own, the part of MRD that gradients alone tell")
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
    Gradient term: the part of MRD's second order that gradients alone tell, without noise.
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
