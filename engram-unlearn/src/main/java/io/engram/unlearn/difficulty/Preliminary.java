package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.util.List;

/**
 * The metric from which the paper develops MRD: {@code | Σ_t ℓ_t(θ) − Σ_t ℓ_t(θ+δ) |}, from one
 * noise draw. It is not normalised, so long samples have large values. Kept for comparison.
 *
 * <p>One δ ~ N(0, σ²I) for all samples from stream (seed, "mrd-preliminary", epoch, 0).
 *
 * <p><b>Source:</b> Eq. 3.
 */
@Choice(value = "preliminary", summary = "the metric that MRD improves on, one draw (Eq. 3)")
public record Preliminary(double sigma, Scope scope) implements DrawnScore {
  @Override
  public String title() {
    return "preliminary metric";
  }

  @Override
  public String unit() {
    return "nats";
  }

  @Override
  public String about() {
    return """
    Preliminary metric: how far one draw of noise on all weights moves the log-probability of the
    whole answer (Eq. 3). Small = hard to forget, says the paper. Not MRD.\
    """;
  }

  @Override
  public int draws() {
    return 1;
  }

  @Override
  public int maxDraws() {
    return 1;
  }

  @Override
  public double stableTau() {
    return 1;
  }

  @Override
  public Absolute absolute() {
    return Absolute.INSIDE;
  }

  @Override
  public List<RelativeChange> changes(List<double[]> plain) {
    return plain.stream().map(RelativeChange::plain).toList();
  }

  @Override
  public DrawSource source(DrawRequest request) {
    return new DrawSource.Plain(
        changes(request.plain()),
        absolute(),
        k ->
            request
                .scorer()
                .logProbs(request.all(), request.stream("mrd-preliminary", k), request.sigma()));
  }
}
