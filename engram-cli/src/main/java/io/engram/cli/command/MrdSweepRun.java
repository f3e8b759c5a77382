package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.option.SweepChoice;
import io.engram.cli.output.SweepText;
import io.engram.cli.progress.Watched;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.study.StudyProvenance;
import io.engram.model.LanguageModel;
import io.engram.report.StudyPage;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.mrd.MrdSweep;
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
    if (out != null) {
      JsonFiles.writeLines(out, rows);
      common.console().message(rows.size() + " rows written to " + out);
    }
    Path picture = sweep.picture();
    if (picture != null) {
      StudyPage.write(SweepStudy.of(found, ids, made), picture);
      common.console().message("picture written to " + picture);
    }
    common.console().result(json(rows), SweepText.of(found));
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
}
