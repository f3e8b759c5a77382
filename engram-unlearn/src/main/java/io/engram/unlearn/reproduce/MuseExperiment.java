package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.study.Study;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.eval.text.TextSuite;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.reproduce.MuseFindings.Measured;
import io.engram.unlearn.reproduce.MuseFindings.State;
import io.engram.unlearn.run.Trials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What more to forget does to a model, by the measures of the suite {@code text}. Scalability:
 * forget sets of one to four pieces, each unlearned from the original. Sustainability: one piece
 * after another, each unlearned from the model that the request before left.
 *
 * <p><b>Source:</b> Shi et al.: MUSE, machine unlearning six-way evaluation for language models
 * (2024), C5 and C6. <b>Differs:</b> a fixed number of epochs, the recipe's, where MUSE chooses an
 * epoch for the first request by the retrained model's knowledge and keeps it; all the suite's
 * measures, where MUSE's figures show utility.
 */
final class MuseExperiment implements Reproduction {
  /** How the pieces are forgotten. */
  enum Way {
    /** More and more of them at once. */
    SCALABILITY(
        "muse-scal",
        "MUSE: forget sets of growing size",
        "What is left of the model when more is to be forgotten at once?"),
    /** One after the other. */
    SUSTAINABILITY(
        "muse-sust",
        "MUSE: requests in a row",
        "What is left of the model when one request follows another?");

    private final String id;
    final String title;
    final String question;

    Way(String id, String title, String question) {
      this.id = id;
      this.title = title;
      this.question = question;
    }

    /** What a state is called after so many pieces. */
    String state(int pieces) {
      return this == SUSTAINABILITY
          ? "after request " + pieces
          : pieces == ForgetPieces.COUNT ? "all forgotten" : pieces + "/4 forgotten";
    }
  }

  /** A recipe's model that another recipe makes. */
  private static final Pattern MADE = Pattern.compile("runs/text/([^/]+)/model");

  private final Way way;

  MuseExperiment(Way way) {
    this.way = way;
  }

  @Override
  public String name() {
    return way.id;
  }

  @Override
  public String title() {
    return way.title;
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    RecipeReader.Several several = new RecipeReader.Several(plan.overrides());
    Recipe recipe = read(plan, several, List.of("trials=" + plan.trials()));
    several.requireUsed();
    requireText(recipe);
    requireModels(recipe);
    Suites.of(recipe.eval());
    ForgetPieces pieces = ForgetPieces.of(recipe);
    List<List<Trials>> steps =
        way == Way.SCALABILITY
            ? growing(plan, several, pieces)
            : inARow(plan, several, pieces, recipe.seed());
    if (!isDone(plan, steps)) {
      return Optional.empty();
    }
    return Optional.of(
        new MuseFindings(way, pieces, states(way, plan, recipe, pieces, steps))
            .study(plan, recipe, manifest(steps)));
  }

  private static Recipe read(
      ReproductionPlan plan, RecipeReader.Several several, List<String> fixed) {
    return ModelRecipes.read(plan, several, TextSuite.NAME, "npo", List.of(), fixed);
  }

  /** Checks the suite before hours of runs that it would not measure. */
  private void requireText(Recipe recipe) {
    List<String> suites = recipe.eval().suites();
    if (suites.stream().noneMatch(name -> name.split(":", 2)[0].equals(TextSuite.NAME))) {
      throw EngramException.usage(
          "%s shows the measures of the suite text, which eval.suites = %s lacks. Add text, or text:FILE.yaml for a corpus of your own."
              .formatted(way.id, suites));
    }
  }

  private void requireModels(Recipe recipe) {
    List<String> commands =
        Stream.of(recipe.model().path(), recipe.eval().retrained())
            .filter(path -> path != null && !Files.exists(Path.of(path)))
            .map(path -> MADE.matcher(Objects.requireNonNull(path)))
            .filter(Matcher::matches)
            .map(made -> made.group(1))
            .map("engram finetune recipes/text/%1$s.yaml --out runs/text/%1$s"::formatted)
            .toList();
    if (!commands.isEmpty()) {
      throw EngramException.file(
          "%s needs a model that knows the texts and one that never saw them. Create first what is missing:%n%s"
              .formatted(way.id, String.join(System.lineSeparator(), commands)));
    }
  }

  /** A recipe for each size, all from the same model. */
  private static List<List<Trials>> growing(
      ReproductionPlan plan, RecipeReader.Several several, ForgetPieces pieces) {
    Map<Integer, Recipe> recipes = new LinkedHashMap<>();
    for (int k = 1; k <= ForgetPieces.COUNT; k++) {
      recipes.put(k, read(plan, several, List.of("trials=" + plan.trials(), pieces.key(1, k))));
    }
    return ModelRecipes.trials(recipes, k -> plan.folder().resolve("pieces-" + k)).values().stream()
        .map(List::of)
        .toList();
  }

  /** For each request the trials of all seeds; a seed's next request starts from its last model. */
  private static List<List<Trials>> inARow(
      ReproductionPlan plan, RecipeReader.Several several, ForgetPieces pieces, long seed) {
    List<List<Trials>> steps = new ArrayList<>();
    for (int k = 1; k <= ForgetPieces.COUNT; k++) {
      List<Trials> step = new ArrayList<>();
      for (int i = 0; i < plan.trials(); i++) {
        List<String> fixed =
            new ArrayList<>(List.of("trials=1", "seed=" + (seed + i), pieces.key(k, k)));
        if (k > 1) {
          Path before = steps.get(k - 2).get(i).all().get(0).folder().resolve("model");
          fixed.add("model.path=" + JsonFiles.line(before.toString()));
        }
        step.add(
            Trials.of(
                read(plan, several, fixed),
                plan.folder().resolve("request-" + k).resolve("seed-" + (seed + i)),
                List.copyOf(step)));
      }
      steps.add(step);
    }
    return steps;
  }

  private boolean isDone(ReproductionPlan plan, List<List<Trials>> steps) {
    return way == Way.SCALABILITY
        ? plan.runner().test(steps.stream().flatMap(List::stream).toList())
        : steps.stream().allMatch(plan.runner());
  }

  private static Manifest manifest(List<List<Trials>> steps) {
    try (RunFolder run = RunFolder.read(runs(steps.get(0)).get(0))) {
      return run.manifest();
    }
  }

  private static List<State> states(
      Way way,
      ReproductionPlan plan,
      Recipe recipe,
      ForgetPieces pieces,
      List<List<Trials>> steps) {
    List<State> states = new ArrayList<>();
    Path first = runs(steps.get(0)).get(0);
    states.add(new State("original", 0, 0, List.of(Measured.in(first, "before"))));
    for (int k = 1; k <= steps.size(); k++) {
      List<Measured> after =
          runs(steps.get(k - 1)).stream().map(run -> Measured.in(run, "after")).toList();
      states.add(new State(way.state(k), k, pieces.size(1, k), after));
    }
    String retrained = recipe.eval().retrained();
    if (retrained != null) {
      states.add(new State("retrained", null, 0, List.of(neverSaw(plan, recipe, retrained))));
    }
    return states;
  }

  private static List<Path> runs(List<Trials> step) {
    return step.stream()
        .flatMap(trials -> trials.all().stream())
        .map(Trials.Trial::folder)
        .toList();
  }

  /** The suite's measures of the model that never saw the forget set, made once in a folder. */
  private static Measured neverSaw(ReproductionPlan plan, Recipe recipe, String path) {
    Path folder = plan.folder().resolve("retrained");
    Path file = folder.resolve("measurements.jsonl");
    if (!Files.exists(file)) {
      try (LanguageModel model =
          LanguageModel.open(
              path,
              RetrainedModel.options(plan.setup().modelOptions(recipe.model(), recipe.seed())))) {
        Suite.Stage stage =
            new Suite.Stage(
                model, Measurement.NEVER_SAW, recipe.eval().limit(), plan.setup().progress());
        List<Measurement> measured = new ArrayList<>();
        for (Suite suite : Suites.of(recipe.eval())) {
          if (suite.name().equals(TextSuite.NAME)) {
            Suite.Evaluation found = suite.measure(stage);
            found
                .rowsBySet()
                .forEach((set, rows) -> JsonFiles.writeLines(folder.resolve(set + ".jsonl"), rows));
            measured.addAll(found.measurements());
          }
        }
        JsonFiles.writeLines(file, measured);
      }
    }
    return Measured.of(JsonFiles.readLines(file, Measurement.class), folder);
  }
}
