package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.option.SweepChoice;
import io.engram.cli.output.Table;
import io.engram.cli.progress.Watched;
import io.engram.core.sample.Sample;
import io.engram.core.study.StudyProvenance;
import io.engram.core.text.NumberText;
import io.engram.model.LanguageModel;
import io.engram.report.StudyPage;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.mrd.MrdSweep;
import io.engram.unlearn.mrd.SweepSummary;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.study.SweepStudy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code engram mrd … --sweep}: measures and writes rows, tables and the picture. */
record MrdSweepRun(
    SweepChoice sweep, Recipe recipe, DrawnScore score, String data, CommonOptions common) {

  void run(SampleFilter.Chosen chosen, @Nullable Path out) {
    List<Double> sigmas = sweep.sigmas();
    List<Integer> draws = draws();
    List<String> ids;
    List<MrdSweep.AtSigma> found;
    StudyProvenance made;
    try (LanguageModel model = ModelChoice.open(recipe, common, OpeningMemory.Use.MRD)) {
      List<Sample> samples = chosen.of(model);
      ids = samples.stream().map(Sample::id).toList();
      made = provenance(model);
      found =
          Watched.run(
              common.console(),
              progress ->
                  MrdSweep.measure(model, samples, score, sigmas, draws, recipe.seed(), progress));
    }
    List<MrdSweep.Row> rows = found.stream().flatMap(at -> at.rows(ids).stream()).toList();
    common.console().write(out, rows);
    Path picture = sweep.picture();
    if (picture != null) {
      StudyPage.write(SweepStudy.of(found, ids, made), picture);
      common.console().message("picture written to " + picture);
    }
    common.console().result(json(rows), text(found));
  }

  /** If only σ is swept: the powers of two up to the number of draws, and that number itself. */
  private List<Integer> draws() {
    List<Integer> given = sweep.draws();
    if (!given.isEmpty()) {
      return given;
    }
    int most = score.budget().draws();
    List<Integer> draws = new ArrayList<>();
    for (int count = 2; count < most; count *= 2) {
      draws.add(count);
    }
    draws.add(most);
    return draws;
  }

  private StudyProvenance provenance(LanguageModel model) {
    Map<String, String> more = new LinkedHashMap<>();
    more.put("Command", common.typed());
    more.put("Model", recipe.model().path());
    more.put("Data", data);
    return StudyProvenance.now(recipe.seed(), RecipeWriter.yaml(recipe), model.hash(), more);
  }

  private Map<String, Object> json(List<MrdSweep.Row> rows) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", recipe.model().path());
    object.put("data", data);
    object.put("estimator", MrdCommand.options(recipe, score));
    object.put("seed", recipe.seed());
    object.put("samples", rows);
    return object;
  }

  /** Two tables: one with a line per σ, ascending, the other with a line per number of draws. */
  static String text(List<MrdSweep.AtSigma> sweep) {
    Table sigmas =
        new Table("σ", "draws", "median MRD", "slope", "τ next σ", "passes not finite", "");
    Table draws = new Table("σ", "draws", "median MRD", "median ±/MRD", "τ all draws", "τ next σ");
    for (int i = 0; i < sweep.size(); i++) {
      MrdSweep.AtSigma at = sweep.get(i);
      MrdSweep.AtSigma next = i + 1 < sweep.size() ? sweep.get(i + 1) : null;
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

  private static String tau(MrdSweep.AtSigma at, MrdSweep.AtSigma next, int draws) {
    return number(SweepSummary.tau(at.mrd(draws), next.mrd(draws)));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? NumberText.plain(value) : "–";
  }
}
