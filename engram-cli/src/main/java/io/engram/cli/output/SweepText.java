package io.engram.cli.output;

import io.engram.core.text.NumberText;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import io.engram.unlearn.mrd.SweepSummary;
import java.util.List;

/** A sweep as two tables: one with a line per σ, the other with a line per number of draws. */
public final class SweepText {
  private SweepText() {}

  /** The tables for all σ, ascending. */
  public static String of(List<AtSigma> sweep) {
    Table sigmas =
        new Table("σ", "draws", "median MRD", "slope", "τ next σ", "passes not finite", "");
    Table draws = new Table("σ", "draws", "median MRD", "median ±/MRD", "τ all draws", "τ next σ");
    for (int i = 0; i < sweep.size(); i++) {
      AtSigma at = sweep.get(i);
      AtSigma next = i + 1 < sweep.size() ? sweep.get(i + 1) : null;
      sigmas.row(
          NumberText.plain(at.sigma()),
          Integer.toString(at.most()),
          number(SweepSummary.median(at.mrd(at.most()))),
          next == null ? "–" : number(SweepSummary.slope(at, next)),
          next == null ? "–" : tau(at, next, at.most()),
          Integer.toString(at.nonFinite()),
          at.belowFloor() ? "below the numerical floor" : "");
      for (int count : SweepSummary.shown(at)) {
        draws.row(
            NumberText.plain(at.sigma()),
            Integer.toString(count),
            number(SweepSummary.median(at.mrd(count))),
            number(SweepSummary.relativeError(at, count)),
            number(SweepSummary.tau(at.mrd(count), at.mrd(at.most()))),
            next == null ? "–" : tau(at, next, count));
      }
    }
    return String.join(
        "\n",
        """
        MRD against σ, from all draws. slope: of log MRD in log σ up to the next σ; 2 where MRD is
        curvature (quadratic), 1 where it is |noise|, the size of the gradient. τ: Kendall's, between
        the rankings of the samples.\
        """,
        "",
        sigmas.toString(),
        "",
        "MRD against the number of draws. Every number uses the first of the same draws.",
        "",
        draws.toString());
  }

  private static String tau(AtSigma at, AtSigma next, int draws) {
    return number(SweepSummary.tau(at.mrd(draws), next.mrd(draws)));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? NumberText.plain(value) : "–";
  }
}
