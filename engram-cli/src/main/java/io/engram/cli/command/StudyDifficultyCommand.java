package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.StudyText;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.settings.Choices;
import io.engram.core.study.Study;
import io.engram.report.StudyPage;
import io.engram.unlearn.method.Methods;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.study.DifficultyPlan;
import io.engram.unlearn.study.DifficultyStudy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram study difficulty}. */
@Command(
    name = "difficulty",
    description = {
      "Unlearns samples one by one, counts the updates that each needs, and compares the counts "
          + "with every variant of MRD and with rival scores, measured beforehand."
    },
    sortOptions = false)
final class StudyDifficultyCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "RECIPE.yaml",
      description = "Model, forget set, method, optimizer and scope")
  private Path recipe = Path.of("");

  @Parameters(index = "1..*", paramLabel = "key=value", description = "Keys of the recipe")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N samples of the forget set; 0: all (default: all)")
  private int limit;

  @Option(
      names = "--groups",
      paramLabel = "G",
      description =
          "Unlearn G groups of samples instead of single samples, as in the paper's Figure 3")
  private int groups;

  @Option(
      names = "--group-size",
      paramLabel = "N",
      description = "Samples per group, drawn with replacement (default: ${DEFAULT-VALUE})")
  private int groupSize = 40;

  @Option(
      names = "--jointly",
      description =
          "Unlearn all samples in one run, with the recipe's batch; --most then counts epochs. A "
              + "stopped run starts over")
  private boolean jointly;

  @Option(
      names = "--sigma",
      split = ",",
      paramLabel = "S",
      description = {"σ at which MRD is measured", "(default: 1e-4,3e-4,1e-3,3e-3,1e-2)"})
  private List<Double> sigmas = List.of(1e-4, 3e-4, 1e-3, 3e-3, 1e-2);

  @Option(
      names = "--pairs",
      paramLabel = "K",
      description = "Antithetic pairs at each σ (default: ${DEFAULT-VALUE})")
  private int pairs = 32;

  @Option(
      names = "--until",
      paramLabel = "NATS",
      description =
          "Mean loss per token at which a sample counts as forgotten (default: ${DEFAULT-VALUE})")
  private double meanNats = 1.5;

  @Option(
      names = "--most",
      paramLabel = "U",
      description =
          "Give up on a sample after this many updates (with --jointly: epochs) (default: "
              + "${DEFAULT-VALUE})")
  private int most = 60;

  @Option(
      names = "--el",
      description =
          "Add extraction likelihood as a score and, with memorization accuracy, as a criterion; "
              + "generates text wherever the model departs from a sample")
  private boolean extraction;

  @Option(
      names = "--retrained",
      paramLabel = "MODEL",
      description = "A model trained without the forget set; adds the gap to it as a score")
  private @Nullable String retrained;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the study; a stopped study is resumed")
  private Path out = Path.of("");

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    check();
    Recipe read = recipe();
    requireStudied(read.method());
    DifficultyPlan plan =
        new DifficultyPlan(
            limit == 0 ? Integer.MAX_VALUE : limit,
            groups,
            groupSize,
            jointly,
            sigmas,
            pairs,
            meanNats,
            most,
            extraction,
            retrained);
    Study study =
        Watched.run(
            common.console(),
            progress -> DifficultyStudy.run(read, plan, common.setup(progress), out));
    Path page = out.resolve("study.html");
    StudyPage.write(study, page);
    common.console().result(Map.of("study", study), StudyText.of(study));
    common.console().message("Page with the whole study and its figures: " + page);
    return 0;
  }

  private void check() {
    if (jointly && groups > 0) {
      throw common.mistake("--jointly and --groups exclude each other: give only one of them");
    }
    if (limit < 0) {
      throw common.mistake("--limit %d: must be 1 or more, or 0 for all".formatted(limit));
    }
    if (groups < 0) {
      throw common.mistake("--groups %d: must be 1 or more, or 0 for none".formatted(groups));
    }
    requireOne("--group-size", groupSize);
    requireOne("--pairs", pairs);
    requireOne("--most", most);
    StudyTheoremCommand.requirePositive("--until", meanNats, common);
    sigmas.forEach(sigma -> StudyTheoremCommand.requirePositive("--sigma", sigma, common));
  }

  private void requireOne(String option, int value) {
    if (value < 1) {
      throw common.mistake("%s %d: must be 1 or more".formatted(option, value));
    }
  }

  private static void requireStudied(UnlearningMethod method) {
    if (!method.studyObstacle().isEmpty()) {
      throw EngramException.usage(
          "method.name = %s: %s. %s can be studied."
              .formatted(Choices.nameOf(method), method.studyObstacle(), studied()));
    }
  }

  /** Names of the methods whose updates a study can count. */
  private static String studied() {
    List<String> names =
        Methods.ALL.names().stream()
            .filter(
                name -> {
                  UnlearningMethod method = RecipeReader.method(name);
                  return method.forgets() && method.studyObstacle().isEmpty();
                })
            .toList();
    int last = names.size() - 1;
    return String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  private Recipe recipe() {
    Path file = Files.exists(recipe) ? recipe : EngramHome.find(recipe.toString()).orElse(recipe);
    List<String> all = new ArrayList<>();
    if (common.dtype() != null) {
      all.add("model.dtype=" + common.dtype());
    }
    if (common.seed() != null) {
      all.add("seed=" + common.seed());
    }
    all.addAll(overrides);
    return RecipeReader.read(file, all, Recipe.Kind.UNLEARN);
  }
}
