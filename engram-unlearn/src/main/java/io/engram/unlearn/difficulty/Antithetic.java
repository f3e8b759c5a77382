package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.ControlVariate;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.GradientControl;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;
import java.util.Set;

/**
 * Pairs δ_k and −δ_k, shared by all samples; the value of a pair is {@code (r(δ_k) + r(−δ_k)) / 2}.
 * The first-order term, with mean 0 and size σ‖∇‖, cancels exactly, as does every odd order. What
 * remains is the signal, of size σ²·Tr H/2, and its own variance, which a {@link GradientControl}
 * can reduce. With the absolute value inside, the value is {@code (|r(δ_k)| + |r(−δ_k)|) / 2}:
 * nothing cancels then, and pairs only save making noise.
 *
 * <p>Pair k comes from stream (seed, "mrd-antithetic", epoch, k). The standard error comes from the
 * pairs, which are the independent values: half as many as passes.
 */
@Choice(
    value = "antithetic",
    summary = "MRD by pairs of noise and its negative, in which the gradient's part cancels")
public record Antithetic(
    @Setting(
            value = "auto",
            reason =
                "Reduces the variance of antithetic pairs by a term whose mean is known from a "
                    + "few backward passes (a control variate). auto: used with pairs and "
                    + "absolute: outside, but left off, with a note, if σ is too large for it.")
        Control controlVariate,
    double sigma,
    int draws,
    int maxDraws,
    double stableTau,
    Absolute absolute,
    Tokens tokens,
    Scope scope,
    double clamp)
    implements MrdScore, SelfChecking {
  /** Whether a control variate is used. */
  public enum Control {
    /** Used if it helps: with the absolute value outside. */
    AUTO,
    /** Always. */
    ON,
    /** Never. */
    OFF
  }

  @Override
  public void check(String section, Faults faults) {
    DrawnScore.checkPairs(this, section, faults);
    faults.require(
        controlVariate != Control.ON || absolute == Absolute.OUTSIDE,
        section + ".control_variate",
        " = on: needs %s.absolute = outside".formatted(section),
        section + ".absolute");
  }

  @Override
  public Set<Need> needs() {
    return controlled() ? Set.of(Need.GRADIENTS) : Set.of();
  }

  private boolean controlled() {
    return controlVariate == Control.ON
        || (controlVariate == Control.AUTO && absolute == Absolute.OUTSIDE);
  }

  @Override
  public MrdScore reading(double otherSigma, int otherDraws, Absolute where, Tokens over) {
    return new Antithetic(
        where == Absolute.OUTSIDE ? controlVariate : Control.OFF,
        otherSigma,
        otherDraws,
        maxDraws,
        stableTau,
        where,
        over,
        scope,
        clamp);
  }

  @Override
  public DrawSource source(DrawRequest request) {
    request.budget().requirePairs(name());
    List<RelativeChange> samples = changes(request.plain());
    return DrawSource.Pairs.shared(
        request,
        samples,
        absolute,
        controlled() ? new GradientControl(request, samples) : ControlVariate.NONE);
  }
}
