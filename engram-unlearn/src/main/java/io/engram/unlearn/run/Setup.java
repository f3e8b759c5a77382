package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PairTemplate;
import io.engram.model.text.PromptTemplate;
import io.engram.unlearn.recipe.ModelSection;
import io.engram.unlearn.recipe.TemplateSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a run is carried out, as opposed to what is run: nothing here changes a result beyond
 * rounding.
 *
 * @param command the command line, for the manifest
 * @param device where the model goes
 * @param threads threads of a tensor operation; 0: libtorch's choice
 * @param batchTokens tokens of a pass at most
 * @param progress is told how far things are
 * @param interrupted asked after each update; true stops the run, which can be resumed
 * @param siblings run folders from which is taken what they have computed the same already: the
 *     evaluation before, MRD before the first update
 * @param ignoreMemory go on where a run needs more memory than there is
 */
public record Setup(
    String command,
    Device device,
    int threads,
    int batchTokens,
    ProgressListener progress,
    BooleanSupplier interrupted,
    List<Path> siblings,
    boolean ignoreMemory) {
  /** Keeps a copy of the list. */
  public Setup {
    siblings = List.copyOf(siblings);
  }

  /** A run alone, refused where it needs more memory than there is. */
  public Setup(
      String command,
      Device device,
      int threads,
      int batchTokens,
      ProgressListener progress,
      BooleanSupplier interrupted) {
    this(command, device, threads, batchTokens, progress, interrupted, List.of(), false);
  }

  /** How the recipe's model is opened. */
  public ModelOptions modelOptions(ModelSection model, long seed) {
    return new ModelOptions(
        device,
        dtype(model.dtype()),
        template(model.template()),
        model.base(),
        threads,
        batchTokens,
        model.init(),
        seed);
  }

  /** The format that a recipe names; null for auto. */
  static @Nullable Dtype dtype(io.engram.unlearn.recipe.Dtype named) {
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
