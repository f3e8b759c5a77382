package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.unlearn.forget.Forgetting;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code engram forget} was asked to do, and the recipe that stands for it.
 *
 * @param model the model, as given
 * @param base base model of an adapter; null: the one that the adapter names
 * @param template how to join question and answer, in YAML; null: nobody chose
 * @param requests what to forget
 * @param keep what to keep; null: what the model answers to general questions
 * @param controls samples never seen; null: none given
 * @param retrained a model that never saw the requests; null: none given
 * @param keepLoss how far the loss on samples to keep may rise, nats a token; null: chosen
 * @param price of an hour; null: not given
 * @param dtype number format of the weights; null: not given
 * @param seed of all randomness; null: the recipe's
 * @param overrides recipe keys
 * @param planOnly whether to change nothing
 * @param key to sign the certificate with; null: it is not signed
 * @param audit whether to attack the result
 * @param redact whether texts of requests stay out of every file but the owner's
 * @param out the run folder; null: a new one under runs/
 */
public record ForgetRequest(
    String model,
    @Nullable String base,
    @Nullable String template,
    String requests,
    @Nullable String keep,
    @Nullable String controls,
    @Nullable String retrained,
    @Nullable Double keepLoss,
    @Nullable Double price,
    @Nullable String dtype,
    @Nullable Long seed,
    List<String> overrides,
    boolean planOnly,
    @Nullable Path key,
    boolean audit,
    boolean redact,
    @Nullable Path out) {
  /** The file of what a run was begun with, in its folder. */
  static final String FILE = "request.json";

  private static final String RECIPE = "recipes/forget.yaml";

  /**
   * What a run was begun with.
   *
   * @throws EngramException of kind USAGE if its folder doesn't say
   */
  static ForgetRequest of(Path run) {
    Path file = run.resolve(FILE);
    if (!Files.exists(file)) {
      throw EngramException.usage(
          "%s has no %s, so what it was begun with isn't known.\nTo finish its updates: engram unlearn --resume %s"
              .formatted(run, FILE, run));
    }
    return JsonFiles.read(file, ForgetRequest.class);
  }

  /** Keeps it in the folder of its run, which may be moved. */
  void write(Path run) {
    JsonFiles.write(run.resolve(FILE), with(overrides, key, audit, redact, null));
  }

  /** The same with other overrides and another run folder. */
  ForgetRequest with(List<String> otherOverrides, Path otherOut) {
    return with(otherOverrides, key, audit, redact, otherOut);
  }

  /** The same with what is asked when its run is resumed: a key, attacks, redaction. */
  ForgetRequest resumedWith(ForgetRequest now) {
    return with(
        overrides, now.key == null ? key : now.key, audit || now.audit, redact || now.redact, out);
  }

  private ForgetRequest with(
      List<String> otherOverrides,
      @Nullable Path otherKey,
      boolean otherAudit,
      boolean otherRedact,
      @Nullable Path otherOut) {
    return new ForgetRequest(
        model,
        base,
        template,
        requests,
        keep,
        controls,
        retrained,
        keepLoss,
        price,
        dtype,
        seed,
        otherOverrides,
        planOnly,
        otherKey,
        otherAudit,
        otherRedact,
        otherOut);
  }

  /**
   * recipes/forget.yaml with what was asked; the template is chosen where nobody has.
   *
   * @param folder where controls and general questions go that are made
   * @param progress of choosing the template
   */
  Recipe recipe(Path folder, CommonOptions common, ProgressListener progress) {
    List<String> all = new ArrayList<>();
    all.add("model.path=" + JsonFiles.line(model()));
    add(all, "model.base", base());
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
    if (template() != null) {
      all.add("model.template=" + template());
    }
    if (keepLoss() != null) {
      all.add("method.retain_bound=" + keepLoss());
    }
    if (dtype() != null) {
      all.add("model.dtype=" + dtype());
    }
    if (seed() != null) {
      all.add("seed=" + seed());
    }
    all.addAll(overrides());
    Recipe recipe = RecipeReader.read(EngramHome.resolve(RECIPE), all, Recipe.Kind.UNLEARN);
    Forgetting.requireRetrainedIsAnother(recipe);
    boolean open =
        template() == null && overrides().stream().noneMatch(o -> o.startsWith("model.template"));
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
