package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.output.StudyText;
import io.engram.cli.progress.Watched;
import io.engram.core.study.Study;
import io.engram.report.StudyPage;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.measures.MeasuresPlan;
import io.engram.unlearn.study.measures.MeasuresStudy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code engram study measures}. */
@Command(
    name = "measures",
    description = {
      "Makes models that learned a set of authors and models that did not, and shows how well each "
          + "measure of knowing tells them apart, also after relearning and rounding, beside "
          + "published numbers. MODEL must never have seen the set: mini-retain90 for forget10."
    },
    sortOptions = false)
final class StudyMeasuresCommand implements Callable<Integer> {
  @Mixin private ModelChoice model = new ModelChoice();

  @Option(
      names = "--set",
      paramLabel = "SPLIT",
      description = "TOFU's forget set that has the authors (default: ${DEFAULT-VALUE})")
  private String split = "forget10";

  @Option(
      names = "--authors",
      paramLabel = "N",
      description =
          "Authors to learn; every second one is asked about, an attacker trains on the rest "
              + "(default: ${DEFAULT-VALUE})")
  private int authors = 6;

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Questions about each author (default: ${DEFAULT-VALUE})")
  private int questions = 15;

  @Option(
      names = "--models",
      paramLabel = "N",
      description =
          "Models that know, and as many that don't; an even number (default: ${DEFAULT-VALUE})")
  private int models = 10;

  @Option(
      names = "--epochs",
      split = ",",
      paramLabel = "E",
      description = "Measure each model after so many epochs (default: 2,12)")
  private List<Integer> looks = List.of(2, 12);

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Middle of the learning rates (default: ${DEFAULT-VALUE})")
  private double rate = 3e-4;

  @Option(
      names = "--spread",
      paramLabel = "F",
      description =
          "Each model's learning rate is drawn between R / F and R · F, so that models know the "
              + "authors more or less well (default: ${DEFAULT-VALUE})")
  private double spread = 2;

  @Option(
      names = "--relearning-rate",
      paramLabel = "R",
      description = "The attacker's learning rate (default: ${DEFAULT-VALUE})")
  private double relearning = 3e-4;

  @Option(
      names = "--attacks",
      split = ",",
      paramLabel = "NAME",
      description =
          "Attacks of engram audit that only read, whose measures are tested: membership, "
              + "logit_lens, prefix, other_words, exposure, sampling (default: the first four)")
  private List<String> attacks = MeasuresPlan.USUAL;

  @Option(
      names = "--el",
      description = "Test extraction likelihood too; generates from every position")
  private boolean extraction;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the study; a stopped study is resumed")
  private Path out = Path.of("");

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    MeasuresPlan plan =
        new MeasuresPlan(
            split,
            authors,
            questions,
            models,
            looks,
            rate,
            spread,
            relearning,
            attacks,
            extraction);
    plan.check();
    Recipe recipe = model.recipe(common).read();
    Study study =
        Watched.run(
            common.console(),
            progress -> MeasuresStudy.run(recipe, plan, common.setup(progress), out));
    Path page = out.resolve("study.html");
    StudyPage.write(study, page);
    common.console().result(Map.of("study", study), StudyText.of(study));
    common.console().message("Page with the whole study and its figure: " + page);
    return 0;
  }
}
