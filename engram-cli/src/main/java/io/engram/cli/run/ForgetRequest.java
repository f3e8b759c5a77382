package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.unlearn.forget.Forgetting;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code engram forget} was asked to do, and the recipe that stands for it.
 *
 * @param model the model
 * @param requests what to forget
 * @param keep what to keep; null: what the model answers to general questions
 * @param controls samples never seen; null: none given
 * @param retrained a model that never saw the requests; null: none given
 * @param keepLoss how far the loss on samples to keep may rise, nats a token; null: chosen
 * @param price of an hour; null: not given
 * @param overrides recipe keys
 * @param planOnly whether to change nothing
 * @param key to sign the certificate with; null: it is not signed
 * @param audit whether to attack the result
 * @param redact whether texts of requests stay out of every file but the owner's
 * @param out the run folder; null: a new one under runs/
 */
public record ForgetRequest(
    ModelChoice model,
    String requests,
    @Nullable String keep,
    @Nullable String controls,
    @Nullable String retrained,
    @Nullable Double keepLoss,
    @Nullable Double price,
    List<String> overrides,
    boolean planOnly,
    @Nullable Path key,
    boolean audit,
    boolean redact,
    @Nullable Path out) {
  private static final String RECIPE = "recipes/forget.yaml";

  /** The same with other overrides and another run folder. */
  ForgetRequest with(List<String> otherOverrides, Path otherOut) {
    return new ForgetRequest(
        model,
        requests,
        keep,
        controls,
        retrained,
        keepLoss,
        price,
        otherOverrides,
        planOnly,
        key,
        audit,
        redact,
        otherOut);
  }

  /** The same with or without attacks and redaction, as the run that is finished was begun. */
  ForgetRequest finishing(boolean otherAudit, boolean otherRedact) {
    return new ForgetRequest(
        model,
        requests,
        keep,
        controls,
        retrained,
        keepLoss,
        price,
        overrides,
        planOnly,
        key,
        otherAudit,
        otherRedact,
        out);
  }

  /**
   * recipes/forget.yaml with what was asked; the template is chosen where nobody has.
   *
   * @param folder where controls and general questions go that are made
   * @param progress of choosing the template
   */
  Recipe recipe(Path folder, CommonOptions common, ProgressListener progress) {
    List<String> all = new ArrayList<>();
    all.add("model.path=" + JsonFiles.line(model().model()));
    add(all, "model.base", model().base());
    all.add("forget.data=" + JsonFiles.line(requests()));
    all.add(
        "retain.data="
            + JsonFiles.line(
                keep() == null ? folder.resolve(ForgetPlan.GENERAL).toString() : keep()));
    all.add("eval.retrained=" + (retrained() == null ? "null" : JsonFiles.line(retrained())));
    if (retrained() == null) {
      String controls =
          controls() == null ? folder.resolve(Forgetting.CONTROLS).toString() : controls();
      all.add("stop.rule=controls");
      all.add("controls.data=" + JsonFiles.line(controls));
    }
    String template = model().chosenTemplate();
    if (template != null) {
      all.add("model.template=" + template);
    }
    if (keepLoss() != null) {
      all.add("method.retain_bound=" + keepLoss());
    }
    if (common.dtype() != null) {
      all.add("model.dtype=" + common.dtype());
    }
    if (common.seed() != null) {
      all.add("seed=" + common.seed());
    }
    all.addAll(overrides());
    Recipe recipe = RecipeReader.read(EngramHome.resolve(RECIPE), all, Recipe.Kind.UNLEARN);
    boolean open =
        template == null && overrides().stream().noneMatch(o -> o.startsWith("model.template"));
    return open
        ? Forgetting.withTemplate(recipe, common.setup(progress), common.console()::message)
        : recipe;
  }

  private static void add(List<String> all, String key, @Nullable String value) {
    if (value != null) {
      all.add(key + "=" + JsonFiles.line(value));
    }
  }

  /** The run folder: as given, or a new one under runs/. */
  Path folder() {
    return out == null ? NewFolder.under("forget") : out;
  }
}
