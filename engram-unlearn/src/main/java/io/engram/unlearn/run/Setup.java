package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.model.BatchRunners;
import io.engram.model.ModelOptions;
import io.engram.model.group.WorkerGroup;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PairTemplate;
import io.engram.model.text.PromptTemplate;
import io.engram.unlearn.recipe.ModelSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.TemplateSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How to carry out a run, as opposed to what to run. Nothing here changes a result beyond rounding.
 *
 * @param command the command line, for the manifest
 * @param device where the model runs
 * @param threads threads per tensor operation; 0 leaves the choice to libtorch
 * @param batchTokens maximum tokens in a forward pass
 * @param progress receives progress reports
 * @param interrupted queried after each update; true stops the run, which can be resumed later
 * @param siblings other run folders whose identical results are reused instead of computed again:
 *     the evaluation before, and MRD before the first update
 * @param ignoreMemory start even if the run needs more memory than is available
 * @param group the processes that make the run together
 * @param reading where the passes of models that are only read are computed
 */
public record Setup(
    String command,
    Device device,
    int threads,
    int batchTokens,
    ProgressListener progress,
    BooleanSupplier interrupted,
    List<Path> siblings,
    boolean ignoreMemory,
    WorkerGroup group,
    BatchRunners.Place reading) {
  /** Keeps a copy of the list. */
  public Setup {
    siblings = List.copyOf(siblings);
  }

  /** A run without siblings that is refused if it needs more memory than is available. */
  public Setup(
      String command,
      Device device,
      int threads,
      int batchTokens,
      ProgressListener progress,
      BooleanSupplier interrupted) {
    this(
        command,
        device,
        threads,
        batchTokens,
        progress,
        interrupted,
        List.of(),
        false,
        WorkerGroup.ALONE,
        BatchRunners.HERE);
  }

  /** The same by several processes. */
  public Setup with(WorkerGroup workers) {
    return new Setup(
        command,
        device,
        threads,
        batchTokens,
        progress,
        interrupted,
        siblings,
        ignoreMemory,
        workers,
        reading);
  }

  /** The same with the passes of models that are only read computed there. */
  public Setup with(BatchRunners.Place place) {
    return new Setup(
        command,
        device,
        threads,
        batchTokens,
        progress,
        interrupted,
        siblings,
        ignoreMemory,
        group,
        place);
  }

  /** The same, reusing results of other runs. */
  public Setup beside(List<Path> runs) {
    return new Setup(
        command,
        device,
        threads,
        batchTokens,
        progress,
        interrupted,
        runs,
        ignoreMemory,
        group,
        reading);
  }

  /**
   * The options with which a run opens its model: as {@link #modelOptions(ModelSection, long)}, but
   * in float32 where all weights are trained and the recipe leaves the number format open, since
   * half precision would lose small updates.
   */
  public ModelOptions modelOptions(Recipe recipe) {
    ModelSection model = recipe.model();
    boolean trainsAll = recipe.scope().training().lora() == null;
    return modelOptions(
        model,
        trainsAll && model.dtype() == ModelSection.DtypeChoice.AUTO
            ? Dtype.FLOAT32
            : dtype(model.dtype()),
        recipe.seed());
  }

  /** The options with which to read a recipe's model. */
  public ModelOptions modelOptions(ModelSection model, long seed) {
    return modelOptions(model, dtype(model.dtype()), seed);
  }

  private ModelOptions modelOptions(ModelSection model, @Nullable Dtype dtype, long seed) {
    return new ModelOptions(
        device,
        dtype,
        template(model.template()),
        model.base(),
        threads,
        batchTokens,
        model.init(),
        seed);
  }

  /** The number format that a recipe names; null for auto. */
  static @Nullable Dtype dtype(ModelSection.DtypeChoice named) {
    return switch (named) {
      case AUTO -> null;
      case FLOAT32 -> Dtype.FLOAT32;
      case BFLOAT16 -> Dtype.BFLOAT16;
      case FLOAT16 -> Dtype.FLOAT16;
    };
  }

  /** The template that a recipe or option names; null: the model's own chat template. */
  public static @Nullable PromptTemplate template(TemplateSpec spec) {
    if (spec instanceof TemplateSpec.Pair pair) {
      return new PairTemplate("custom", pair.prompt(), pair.answer());
    }
    return PromptTemplate.named(((TemplateSpec.Named) spec).name());
  }
}
