package io.engram.unlearn.reproduce;

import io.engram.core.ProgressListener;
import io.engram.core.paper.PaperData;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.stats.Bootstrap.Interval;
import io.engram.core.study.Study;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.unlearn.characteristic.CharacteristicTable.Row;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.CharacteristicFindings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Table 7: MRD by characteristics of the samples' texts. The paper's differences are those of the
 * single example that it prints for each level; where its text says the opposite, that counts as a
 * claim too.
 *
 * <p><b>Source:</b> §4.2, App. D.2. <b>Differs:</b> all samples are used, not 40.
 */
final class Table7 implements Reproduction {
  private final PaperData.Characteristics paper = PaperData.Characteristics.read();

  @Override
  public String name() {
    return "table7";
  }

  @Override
  public String title() {
    return "Table 7: MRD by characteristics of the samples";
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    Recipe recipe = ModelRecipes.study(plan);
    return Optional.of(plan.once(recipe, name(), () -> measure(plan, recipe)));
  }

  private Study measure(ReproductionPlan plan, Recipe recipe) {
    List<Sample> samples = ModelRecipes.forget(recipe);
    List<Sample> training = new ArrayList<>(samples);
    if (!recipe.retain().isEmpty()) {
      training.addAll(SampleSource.load(recipe.retain().data()));
    }
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), plan.setup().modelOptions(recipe.model(), recipe.seed()))) {
      List<MrdRow> mrd =
          recipe
              .estimator()
              .measure(
                  Scoring.of(model, samples, recipe.seed())
                      .updating(recipe.optimizer().settings(), recipe.scope().training())
                      .telling(plan.setup().progress()))
              .rows();
      JsonFiles.writeLines(plan.folder().resolve("mrd.jsonl"), mrd);
      List<double[]> logProbs =
          new Scorer(model).logProbs(model.samples().tokenize(samples), ProgressListener.NONE);
      List<Row> rows =
          CharacteristicFindings.rows(
              texts(samples),
              texts(training),
              logProbs,
              mrd.stream().mapToDouble(MrdRow::mrd).toArray(),
              recipe.seed());
      return study(plan, recipe, model.hash(), rows, samples.size());
    }
  }

  private static String sigmaAndDraws(DifficultyScore score) {
    return score instanceof DrawnScore drawn ? drawn.sigma() + ", " + drawn.draws() : "none";
  }

  private static List<String> texts(List<Sample> samples) {
    return samples.stream().map(CharacteristicFindings::text).filter(Objects::nonNull).toList();
  }

  private Study study(
      ReproductionPlan plan, Recipe recipe, String modelHash, List<Row> rows, int samples) {
    Study found =
        new Study(
            title(),
            "Which samples have a large MRD?",
            List.of(),
            List.of(
                new Study.Fact("Samples", Integer.toString(samples), ""),
                new Study.Fact("σ, draws", sigmaAndDraws(recipe.estimator()), "")),
            List.of(),
            List.of(CharacteristicFindings.table(rows, "MRD as the paper defines it")),
            List.of("One seed. The paper prints one example per level, without errors."),
            plan.provenance(recipe, modelHash));
    return Claims.before(
        plan,
        found,
        title(),
        claims(paper, rows),
        "mean MRD of one level minus that of the other; intervals by bootstrap over samples",
        "The model is %s, the paper's Llama-2-7B-chat.".formatted(plan.model()));
  }

  /** The claims that the levels differ as printed in the paper. */
  static List<Claim> claims(PaperData.Characteristics paper, List<Row> rows) {
    List<Claim> claims = new ArrayList<>();
    for (Row row : rows) {
      Row.Contrast contrast = row.contrast();
      for (PaperData.Characteristics.Level level : paper.of(row.name())) {
        boolean larger = level.high() > level.low();
        double printed = Math.abs(level.high() - level.low());
        if (contrast == null) {
          continue;
        }
        claims.add(claim(row, contrast, larger, printed, "Table 7"));
        if (level.textSaysLarger() != larger) {
          claims.add(claim(row, contrast, !larger, Double.NaN, paper.text()));
        }
      }
    }
    return claims;
  }

  private static Claim claim(
      Row row, Row.Contrast contrast, boolean larger, double printed, String where) {
    Interval interval = contrast.interval();
    return Claim.of(
        "MRD is %s where %s is high (%s)"
            .formatted(larger ? "larger" : "smaller", row.name(), where),
        printed,
        larger ? contrast.difference() : -contrast.difference(),
        larger ? interval : new Interval(-interval.high(), -interval.low()),
        row.low().n() + row.high().n());
  }
}
