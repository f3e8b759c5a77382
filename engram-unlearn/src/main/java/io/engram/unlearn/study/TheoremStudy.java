package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.stats.MeanWithError;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.model.LanguageModel;
import io.engram.model.gradient.SecondDerivatives;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.difficulty.Antithetic;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.mrd.HessianTrace;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import io.engram.unlearn.mrd.SweepSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tests Theorem 3.2 on a model: compares MRD from antithetic pairs with the prediction from the
 * traces of the Hessians, {@code (σ²/2n) |Σ_t Tr H_t / ℓ_t|}, for several σ. The traces are
 * estimated with random signs ({@link HessianTrace}), so both sides have standard errors.
 *
 * <p><b>Source:</b> Theorem 3.2, Eq. 5, App. A.
 */
public final class TheoremStudy {
  private static final double CLAMP = 1e-6;
  private static final double ERRORS = 2;

  private final long seed;
  private final List<String> ids;
  private final List<double[]> logProbs;
  private final List<HessianTrace> traces;

  private TheoremStudy(
      long seed, List<String> ids, List<double[]> logProbs, List<HessianTrace> traces) {
    this.seed = seed;
    this.ids = ids;
    this.logProbs = logProbs;
    this.traces = traces;
  }

  /**
   * What to compare.
   *
   * @param sigmas σ, ascending
   * @param draws passes with noise at each σ, even
   * @param directions random sign vectors for the traces of a sample, at least 2; each costs two
   *     backward passes
   */
  public record Plan(List<Double> sigmas, int draws, int directions) {}

  /** One σ: MRD of each sample and its prediction. */
  private record AtSigma(double sigma, double[] mrd, double[] mrdErrors, MeanWithError[] theorem) {
    /** MRD divided by its prediction, for each sample. */
    double[] ratios() {
      return IntStream.range(0, mrd.length)
          .mapToDouble(i -> mrd[i] / Math.abs(theorem[i].mean()))
          .toArray();
    }

    /** The number of samples whose MRD and prediction differ by at most two standard errors. */
    long agreeing() {
      return IntStream.range(0, mrd.length)
          .filter(
              i ->
                  Math.abs(mrd[i] - Math.abs(theorem[i].mean()))
                      <= ERRORS * Math.hypot(mrdErrors[i], theorem[i].standardError()))
          .count();
    }

    double[] predicted() {
      return IntStream.range(0, theorem.length)
          .mapToDouble(i -> Math.abs(theorem[i].mean()))
          .toArray();
    }
  }

  /**
   * Measures and compares.
   *
   * @param seed names the streams of noise and of signs
   */
  public static Study run(
      LanguageModel model,
      List<Sample> samples,
      Plan plan,
      long seed,
      StudyProvenance made,
      ProgressListener progress) {
    List<TokenizedSample> tokens = model.samples().tokenize(samples);
    List<double[]> logProbs = new Scorer(model).logProbs(tokens, ProgressListener.NONE);
    SecondDerivatives derivatives = new SecondDerivatives(model);
    List<HessianTrace> traces = new ArrayList<>();
    progress.start("traces of the Hessians", tokens.size(), "samples");
    for (int i = 0; i < tokens.size(); i++) {
      traces.add(
          HessianTrace.draw(
              (sample, signs) -> derivatives.along(tokens.get(sample), signs),
              i,
              plan.directions(),
              seed));
      progress.advance(1);
    }
    progress.finish();
    List<String> ids = samples.stream().map(Sample::id).toList();
    TheoremStudy study = new TheoremStudy(seed, ids, logProbs, traces);
    Scoring scoring = Scoring.of(model, samples, seed).comparing().telling(progress);
    return study.page(
        plan.sigmas().stream().map(sigma -> study.at(sigma, plan.draws(), scoring)).toList(),
        plan,
        made);
  }

  private AtSigma at(double sigma, int draws, Scoring scoring) {
    Antithetic pairs =
        new Antithetic(
            Antithetic.Control.AUTO,
            sigma,
            draws,
            draws,
            1,
            Absolute.OUTSIDE,
            Tokens.MEAN,
            Scope.ANSWER,
            CLAMP);
    DifficultyScore.Measured found = pairs.measure(scoring);
    MeanWithError[] theorem = new MeanWithError[traces.size()];
    for (int i = 0; i < theorem.length; i++) {
      theorem[i] = traces.get(i).signed(logProbs.get(i), sigma, CLAMP);
    }
    return new AtSigma(
        sigma,
        found.values(),
        found.rows().stream().mapToDouble(row -> row.standardError()).toArray(),
        theorem);
  }

  private Study page(List<AtSigma> all, Plan plan, StudyProvenance made) {
    return new Study(
        "MRD against the traces of the Hessians (Theorem 3.2)",
        "Does MRD equal the prediction of Theorem 3.2, σ²/2 times the mean of Tr H over the "
            + "log-probability, and up to which σ?",
        all.stream().map(this::sentence).toList(),
        List.of(
            new Study.Fact("Samples", Integer.toString(ids.size()), ""),
            new Study.Fact("Passes with noise per σ", Integer.toString(plan.draws()), ""),
            new Study.Fact(
                "Random sign vectors per trace", Integer.toString(plan.directions()), ""),
            new Study.Fact("Seed", Long.toString(seed), "")),
        List.of(sigmas(all), samples(all.get(all.size() / 2))),
        List.of(table(all)),
        List.of(
            "One model, one seed. Every σ uses the same noise and the same signs, so the rows of "
                + "the table are not independent of each other.",
            "Eq. 5 as printed takes the absolute value of each token's trace; the prediction "
                + "here takes it outside the sum, as MRD does."),
        made);
  }

  private String sentence(AtSigma at) {
    return String.format(
        Locale.ROOT,
        "At σ = %s the median MRD is %.2f times its prediction; %d of %d samples agree within two"
            + " standard errors.",
        at.sigma(),
        SweepSummary.median(at.ratios()),
        at.agreeing(),
        ids.size());
  }

  private static StudyFigure sigmas(List<AtSigma> all) {
    return new StudyFigure(
        "theorem-sigma",
        "MRD and its prediction against σ",
        List.of(
            "Medians over the samples. Both axes are logarithmic: the prediction has slope 2; "
                + "where MRD departs from it, higher orders matter."),
        Kind.LINE,
        Axis.logarithmic("σ", ""),
        Axis.logarithmic("MRD", ""),
        "",
        List.of(
            Series.of(
                "MRD",
                all.stream()
                    .map(at -> Point.at(at.sigma(), SweepSummary.median(at.mrd()), null))
                    .toList()),
            Series.of(
                "Theorem 3.2",
                all.stream()
                    .map(at -> Point.at(at.sigma(), SweepSummary.median(at.predicted()), null))
                    .toList())));
  }

  private StudyFigure samples(AtSigma at) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      points.add(
          Point.at(
              Math.abs(at.theorem()[i].mean()),
              at.mrd()[i],
              String.format(
                  Locale.ROOT,
                  "%s: MRD %.3g ± %.2g, predicted %.3g ± %.2g",
                  ids.get(i),
                  at.mrd()[i],
                  at.mrdErrors()[i],
                  Math.abs(at.theorem()[i].mean()),
                  at.theorem()[i].standardError())));
    }
    return new StudyFigure(
        "theorem-samples",
        "MRD against its prediction, σ = " + at.sigma(),
        List.of("One point per sample."),
        Kind.SCATTER,
        Axis.logarithmic("predicted by Theorem 3.2", ""),
        Axis.logarithmic("MRD", ""),
        "",
        List.of(Series.of("samples", points)));
  }

  private StudyTable table(List<AtSigma> all) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (AtSigma at : all) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(at.sigma());
      row.add(ids.size());
      row.add(StudyTable.cell(SweepSummary.median(at.mrd())));
      row.add(StudyTable.cell(SweepSummary.median(at.mrdErrors())));
      row.add(StudyTable.cell(SweepSummary.median(at.predicted())));
      row.add(StudyTable.cell(SweepSummary.median(errors(at))));
      row.add(StudyTable.cell(SweepSummary.median(at.ratios())));
      row.add((int) at.agreeing());
      rows.add(row);
    }
    return new StudyTable(
        "Each σ",
        "Medians over the samples; ± is the median standard error of one sample.",
        StudyTable.Column.of(
            "σ", "n", "MRD", "±", "Theorem 3.2", "± of that", "MRD / theorem", "agree within 2 SE"),
        rows);
  }

  private static double[] errors(AtSigma at) {
    return Arrays.stream(at.theorem()).mapToDouble(MeanWithError::standardError).toArray();
  }
}
