package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.unlearn.mrd.ControlVariate;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.util.List;

/**
 * The even part of {@link Preliminary}: {@code | E_δ Σ_t (ℓ_t(θ) − ℓ_t(θ+δ)) |} from antithetic
 * pairs, in which the first order, pure noise, cancels. It is not normalised, so long samples have
 * large values. The pairs are those of {@link Antithetic}.
 *
 * <p><b>Source:</b> Eq. 3. <b>Differs:</b> an expectation, from pairs.
 */
@Choice(value = "sum_change", summary = "the even part of preliminary, from pairs")
public record SumChange(double sigma, int draws, int maxDraws, double stableTau, Scope scope)
    implements DrawnScore, SelfChecking {
  @Override
  public void check(String section, Faults faults) {
    DrawnScore.checkPairs(this, section, faults);
  }

  @Override
  public String title() {
    return "change of the sum";
  }

  @Override
  public String unit() {
    return "nats";
  }

  @Override
  public String about() {
    return """
    Change of the sum: how far noise on all weights moves the log-probability of the whole answer on average (the even part of Eq. 3). Small = hard to forget, says the paper. Not MRD.\
    """;
  }

  @Override
  public List<RelativeChange> changes(List<double[]> plain) {
    return plain.stream().map(RelativeChange::plain).toList();
  }

  @Override
  public DrawSource source(DrawRequest request) {
    request.budget().requirePairs(name());
    return DrawSource.Pairs.shared(
        request, changes(request.plain()), Absolute.OUTSIDE, ControlVariate.NONE);
  }
}
