package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.paper.PaperData;
import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.stats.Bootstrap;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.model.LanguageModel;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.mrd.MrdSweep;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import io.engram.unlearn.mrd.SweepSummary;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.SweepStudy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Figure 5: MRD of 20 samples drawn at random, (a) against σ and (b) against the number of draws,
 * by plain Monte Carlo as in Algorithm 1.
 *
 * <p><b>Source:</b> §4.2, Fig. 5. <b>Differs:</b> draws are shared by the samples, which does not
 * change the estimate of a single sample.
 */
final class Figure5 implements Reproduction {
  private static final String TITLE = "Figure 5: MRD against σ and the number of draws";
  private static final int SAMPLES = 20;
  private static final List<Double> SIGMAS = List.of(1e-4, 3e-4, 1e-3, 3e-3, 1e-2);
  private static final List<Integer> DRAWS = List.of(1, 2, 5, 10, 20, 50, 100, 200);

  private final Printed paper = PaperData.read("figure5", Printed.class);

  /**
   * What the paper concludes from its figure.
   *
   * @param section where it says so
   * @param mrd the MRD for every σ
   * @param stableFrom the number of draws from which MRD is stable
   */
  record Printed(String section, double mrd, int stableFrom) {}

  @Override
  public String name() {
    return "figure5";
  }

  @Override
  public String title() {
    return TITLE;
  }

  @Override
  public OptionalInt samples() {
    return OptionalInt.of(SAMPLES);
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    Recipe recipe = ModelRecipes.study(plan, "order.estimator.name=shared");
    int count = plan.samples(SAMPLES);
    return Optional.of(
        plan.once(recipe, name() + ", samples: " + count, () -> measure(plan, recipe, count)));
  }

  private static DrawnScore drawn(Recipe recipe) {
    if (recipe.estimator() instanceof DrawnScore drawn) {
      return drawn;
    }
    throw EngramException.usage(
        "order.estimator.name = %s: has no draws".formatted(recipe.estimator().name()));
  }

  private Study measure(ReproductionPlan plan, Recipe recipe, int count) {
    List<Sample> samples = ModelRecipes.drawn(recipe, count, 0);
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), plan.setup().modelOptions(recipe.model(), recipe.seed()))) {
      List<AtSigma> sweep =
          MrdSweep.measure(
              model, samples, drawn(recipe), SIGMAS, DRAWS, recipe.seed(), plan.setup().progress());
      List<String> ids = samples.stream().map(Sample::id).toList();
      JsonFiles.writeLines(
          plan.folder().resolve("mrd.jsonl"),
          sweep.stream().flatMap(at -> at.rows(ids).stream()).toList());
      return study(plan, sweep, ids, plan.provenance(recipe, model.hash()));
    }
  }

  private Study study(
      ReproductionPlan plan, List<AtSigma> sweep, List<String> ids, StudyProvenance made) {
    return Claims.before(
        plan,
        SweepStudy.of(sweep, ids, made),
        TITLE,
        claims(paper, sweep, made.seed()),
        "medians over samples; intervals by bootstrap over samples",
        "The model is %s, the paper's Llama-2-7B-chat.".formatted(plan.model()));
  }

  /**
   * "Fluctuates around 0.64" is read as: MRD changes by less than a factor of two from the smallest
   * σ to the largest. "Stabilizes at 50" is read as: the error there is below a tenth of MRD.
   */
  static List<Claim> claims(Printed paper, List<AtSigma> sweep, long seed) {
    AtSigma first = sweep.get(0);
    AtSigma last = sweep.get(sweep.size() - 1);
    AtSigma middle = sweep.get(sweep.size() / 2);
    double[] factors = ratio(last.mrd(last.most()), first.mrd(first.most()));
    double[] spare = Arrays.stream(factors).map(f -> Math.log(2) - Math.abs(Math.log(f))).toArray();
    double[] errors =
        middle.of(paper.stableFrom()).stream()
            .mapToDouble(one -> 0.1 - one.standardError() / one.mrd())
            .toArray();
    return List.of(
        claim(
            "MRD is about the same (%s) at every σ: log 2 − |log(MRD at %s / MRD at %s)|"
                .formatted(paper.mrd(), last.sigma(), first.sigma()),
            spare,
            seed),
        claim(
            "MRD is stable from %d draws on, σ = %s: 0.1 − standard error / MRD"
                .formatted(paper.stableFrom(), middle.sigma()),
            errors,
            seed));
  }

  private static Claim claim(String text, double[] values, long seed) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    if (finite.length == 0) {
      return Claim.unmeasured(text, Double.NaN);
    }
    Bootstrap.Interval interval =
        Bootstrap.interval(
            finite,
            SweepSummary::median,
            0.95,
            1000,
            RandomStream.of(seed, "figure5-bootstrap", 0, 0));
    return Claim.bootstrapped(
        text, Double.NaN, SweepSummary.median(finite), interval, finite.length);
  }

  private static double[] ratio(double[] of, double[] to) {
    double[] ratio = new double[of.length];
    Arrays.setAll(ratio, i -> of[i] / to[i]);
    return ratio;
  }
}
