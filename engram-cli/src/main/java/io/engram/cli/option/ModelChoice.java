package io.engram.cli.option;

import io.engram.core.hub.HubName;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.run.RunModel;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelStore;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The argument MODEL and the options that go with it. */
public final class ModelChoice {
  /** A recipe must name a forget set; here only its model is used. */
  private static final String NO_DATA = "tofu:forget10";

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A Hugging Face folder, a .gguf file, a PEFT adapter folder, a run folder (the model "
              + "that the run produced), hf:ORG/NAME after engram fetch, or mini, the built-in "
              + "model")
  private String model = "";

  @Option(
      names = "--base",
      paramLabel = "MODEL",
      description = "Base model of an adapter (default: the one its adapter_config.json names)")
  private @Nullable String base;

  @Option(
      names = "--template",
      paramLabel = "T",
      description =
          "How to join a question and its answer into one text: plain, chat (the model's own "
              + "template),"
              + " llama2-chat, or a pair as YAML:"
              + " '{prompt: \"Q: {question}\\nA:\", answer: \" {answer}\"}' (default: plain, or the"
              + " run's own)")
  private @Nullable String template;

  /** Copies a model, or base, that a URI names to this machine, if Spark computes with it. */
  public void copyHere(SparkChoice spark, CommonOptions common) {
    model = spark.here(model, common);
    base = base == null ? null : spark.here(base, common);
  }

  /** As given, or the copy of it. */
  public String model() {
    return model;
  }

  /** As given, or the copy of it; null: the one that the adapter names. */
  public @Nullable String base() {
    return base;
  }

  /** As given, in YAML; null if not given. */
  public @Nullable String template() {
    return template;
  }

  /** MODEL as a run folder; empty if it is another kind of model. */
  public Optional<Path> run() {
    // Neither a hub's name nor a URI is a path; on Windows they can't even be parsed as one.
    return HubName.isMarked(model) || ModelStore.isUri(model)
        ? Optional.empty()
        : Optional.of(Path.of(model)).filter(RunModel::isRun);
  }

  /** The template as given, or that of the run if MODEL is one; null: nobody chose. */
  public @Nullable String chosenTemplate() {
    return template == null ? runsTemplate() : template;
  }

  /** The recipe of this model and the common options. */
  public CommandRecipe recipe(CommonOptions common) {
    return recipe(NO_DATA, common);
  }

  /**
   * A recipe with this model, these data and the common options, to which more keys can be added.
   */
  public CommandRecipe recipe(String data, CommonOptions common) {
    return new CommandRecipe(model, data)
        .set("model.base", base == null ? null : JsonFiles.line(base))
        .set("model.template", chosenTemplate())
        .set("model.dtype", common.dtype())
        .set("seed", common.seed());
  }

  /** The template of the run, since a model answers best in the template it was trained with. */
  private @Nullable String runsTemplate() {
    return run().map(RunFolder::read).map(ModelChoice::template).orElse(null);
  }

  private static String template(RunFolder run) {
    try (run) {
      String yaml = run.recipe();
      String where = run.path().resolve("recipe.yaml").toString();
      Recipe recipe = RecipeReader.parse(yaml, List.of(), Recipe.Kind.of(yaml), where);
      return JsonFiles.line(recipe.model().template());
    }
  }

  /** Opens the model; the caller closes it. */
  public LanguageModel open(CommonOptions common) {
    return open(recipe(common).read(), common);
  }

  /** Opens a recipe's model to score or to generate with; the caller closes it. */
  public static LanguageModel open(Recipe recipe, CommonOptions common) {
    return open(recipe, common, OpeningMemory.Use.SCORING);
  }

  /**
   * Opens a recipe's model if there is enough memory for its use; the caller closes it.
   *
   * @throws io.engram.core.EngramException if there is not enough memory
   */
  public static LanguageModel open(Recipe recipe, CommonOptions common, OpeningMemory.Use use) {
    ModelOptions options = common.setup().modelOptions(recipe.model(), recipe.seed());
    OpeningMemory.check(recipe, options, common, use);
    LanguageModel model = LanguageModel.open(recipe.model().path(), options);
    common.console().message(recipe.model().path() + ": " + model.describe());
    return model;
  }
}
