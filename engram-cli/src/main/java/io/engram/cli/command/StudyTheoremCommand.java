package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.output.StudyText;
import io.engram.cli.progress.Watched;
import io.engram.core.OrderedMap;
import io.engram.core.sample.Sample;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.model.LanguageModel;
import io.engram.report.StudyPage;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.study.TheoremStudy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram study theorem}. */
@Command(
    name = "theorem",
    description = {
      "Compares MRD with what Theorem 3.2 predicts from the traces of the Hessians, for several σ."
    },
    sortOptions = false)
final class StudyTheoremCommand implements Callable<Integer> {
  @Mixin private ModelChoice model = new ModelChoice();

  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description = "tofu:SPLIT, a file of samples, or a file of a public data set")
  private String data = "";

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Only the first N samples (default: ${DEFAULT-VALUE})")
  private int count = 8;

  @Option(
      names = "--sigma",
      split = ",",
      paramLabel = "S",
      description = "Values of σ (default: 1e-4,3e-4,1e-3,3e-3)")
  private List<Double> sigmas = List.of(1e-4, 3e-4, 1e-3, 3e-3);

  @Option(
      names = "--draws",
      paramLabel = "K",
      description = "Passes with noise at each σ, an even number (default: ${DEFAULT-VALUE})")
  private int draws = 64;

  @Option(
      names = "--directions",
      paramLabel = "D",
      description = "Random sign vectors to estimate a sample's traces (default: ${DEFAULT-VALUE})")
  private int directions = 32;

  @Mixin private SampleFilter filter = new SampleFilter();

  @Option(names = "--out", paramLabel = "FILE", description = "Write the page as one HTML file")
  private @Nullable Path out;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    check();
    Recipe recipe = model.recipe(data, common).read();
    SampleFilter.Chosen chosen = filter.load(data);
    Study study;
    try (LanguageModel opened = ModelChoice.open(recipe, common)) {
      List<Sample> all = chosen.of(opened);
      List<Sample> samples = all.subList(0, Math.min(count, all.size()));
      StudyProvenance made = provenance(recipe, opened);
      TheoremStudy.Plan plan =
          new TheoremStudy.Plan(sigmas.stream().sorted().toList(), draws, directions);
      study =
          Watched.run(
              common.console(),
              progress -> TheoremStudy.run(opened, samples, plan, recipe.seed(), made, progress));
    }
    Path page = out;
    if (page != null) {
      StudyPage.write(study, page);
      common.console().message("page written to " + page);
    }
    common.console().result(Map.of("study", study), StudyText.of(study));
    return 0;
  }

  private void check() {
    if (draws < 2 || draws % 2 != 0) {
      throw common.mistake("--draws %d: must be an even number, at least 2".formatted(draws));
    }
    if (directions < 2) {
      throw common.mistake(
          "--directions %d: must be 2 or more, to estimate the error of a trace"
              .formatted(directions));
    }
    if (count < 1) {
      throw common.mistake("--samples %d: must be 1 or more".formatted(count));
    }
    sigmas.forEach(sigma -> requirePositive("--sigma", sigma, common));
  }

  /** Refuses what isn't a number above 0. */
  static void requirePositive(String option, double value, CommonOptions common) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw common.mistake("%s %s: must be a number above 0".formatted(option, value));
    }
  }

  private StudyProvenance provenance(Recipe recipe, LanguageModel opened) {
    return StudyProvenance.now(
        recipe.seed(),
        RecipeWriter.yaml(recipe),
        opened.hash(),
        OrderedMap.of("Command", common.typed(), "Model", recipe.model().path(), "Data", data));
  }
}
