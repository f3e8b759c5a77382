package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.paper.PaperTable;
import io.engram.core.paper.PaperTable.Row;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Trials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reproduces a table of the paper: one recipe per row, one seed per trial. All recipes are read
 * before the first run, so that faults in any of them are reported at once.
 */
final class TableExperiment implements Reproduction {
  private final PaperTable paper;

  TableExperiment(PaperTable paper) {
    this.paper = paper;
  }

  @Override
  public String name() {
    return paper.name();
  }

  @Override
  public String title() {
    return paper.title();
  }

  @Override
  public boolean hasTrials() {
    return true;
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    Map<Row, Recipe> recipes = recipes(plan);
    requireModel(plan.model(), recipes.values().iterator().next());
    recipes.values().forEach(recipe -> Suites.of(recipe.eval()));
    Map<Row, Trials> trials =
        ModelRecipes.trials(recipes, row -> plan.folder().resolve(row.recipe()));
    if (!plan.runner().test(List.copyOf(trials.values()))) {
      return Optional.empty();
    }
    Map<String, List<List<Measurement>>> measured = new LinkedHashMap<>();
    trials.forEach(
        (row, own) -> {
          own.summarize();
          measured.put(row.name(), own.measurements());
        });
    Path before = trials.values().iterator().next().all().get(0).folder();
    // Every trial starts from the same model.
    List<List<Measurement>> first = measured.values().iterator().next();
    paper.rows().stream()
        .filter(Row::isOriginal)
        .forEach(row -> measured.put(row.name(), first.subList(0, 1)));
    return Optional.of(
        new ReproducedTable(paper, measured)
            .study(
                plan.model(),
                recipes.values().iterator().next(),
                limits(plan),
                provenance(plan, recipes, before)));
  }

  private Map<Row, Recipe> recipes(ReproductionPlan plan) {
    RecipeReader.Several several = new RecipeReader.Several(plan.overrides());
    Map<Row, Recipe> recipes = new LinkedHashMap<>();
    for (Row row : paper.rows()) {
      if (!row.isOriginal()) {
        recipes.put(
            row,
            ModelRecipes.read(
                plan,
                several,
                paper.task(),
                row.recipe(),
                List.of(),
                List.of("trials=" + plan.trials())));
      }
    }
    several.requireUsed();
    return recipes;
  }

  private void requireModel(String model, Recipe recipe) {
    String command = paper.needs();
    if (command != null && !Files.exists(Path.of(recipe.model().path()))) {
      throw EngramException.file(
          "%s starts from the model %s, which does not exist. Create it first:%n%s"
              .formatted(name(), recipe.model().path(), command.replace("MODEL", model)));
    }
  }

  private List<String> limits(ReproductionPlan plan) {
    List<String> limits = new ArrayList<>();
    limits.add(
        "The model is %s, the paper's is %s: what holds for one may not hold for the other, and the"
                .formatted(plan.model(), paper.model())
            + " values themselves can't be compared.");
    limits.add(
        "The paper's learning rate is not in the available text. Here each method has one rate, "
            + "the same with and without MRD order.");
    limits.addAll(plan.changes());
    if (plan.trials() < 2) {
      limits.add("One trial: no claim can be decided.");
    }
    return limits;
  }

  private static StudyProvenance provenance(
      ReproductionPlan plan, Map<Row, Recipe> recipes, Path madeIn) {
    Recipe first = recipes.values().iterator().next();
    Manifest manifest;
    try (RunFolder run = RunFolder.read(madeIn)) {
      manifest = run.manifest();
    }
    Map<String, String> more = new LinkedHashMap<>();
    more.put("command", plan.setup().command());
    more.put("recipes", recipes.keySet().stream().map(Row::recipe).toList().toString());
    more.put("device", manifest.device());
    return new StudyProvenance(
        first.seed(), "", manifest.engram(), manifest.modelHash(), manifest.startedAt(), more);
  }
}
