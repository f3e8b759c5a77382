package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.Version;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.NewFolder;
import io.engram.model.checkpoint.PeftAdapter;
import io.engram.model.checkpoint.WeightFiles;
import io.engram.model.checkpoint.gguf.GgufFile;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import io.engram.model.text.PromptTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes any model as a Hugging Face folder: a GGUF file dequantised, an adapter merged into its
 * base, a folder in another number format; or a model less what a fine-tuning taught it. The folder
 * appears only once it's complete.
 */
public final class ModelConverter {
  private final ModelFolder source;
  private final Path out;
  private final @Nullable Dtype dtype;
  private final ProgressListener progress;
  private final Conversion.@Nullable Negated negated;

  private ModelConverter(
      ModelFolder source,
      Path out,
      @Nullable Dtype dtype,
      ProgressListener progress,
      Conversion.@Nullable Negated negated) {
    this.source = source;
    this.out = out;
    this.dtype = dtype;
    this.progress = progress;
    this.negated = negated;
  }

  /**
   * Converts a model.
   *
   * @param model as {@link LanguageModel#open} takes it
   * @param base the base model of an adapter folder; null: the one its configuration names
   * @param out the new folder
   * @param dtype number format of the weights written; null: the source's own, float32 where it's
   *     quantised
   * @param progress advances by 1 a weight
   * @throws EngramException if the model can't be opened, the folder isn't empty or a number is
   *     beyond the format's range
   */
  public static Conversion convert(
      String model,
      @Nullable String base,
      Path out,
      @Nullable Dtype dtype,
      ProgressListener progress) {
    NewFolder.requireFree(out);
    ModelFolder source = ModelFolder.find(model, base);
    Torch.load();
    ModelConverter converter = new ModelConverter(source, out, dtype, progress, null);
    if (!GgufFile.isGguf(source.weights())) {
      return converter.opened(model, base, configured(source.config()), Map.of(), false);
    }
    try (GgufFile gguf = new GgufFile(source.weights())) {
      if (source.adapter() != null) {
        return converter.opened(model, base, gguf.dtype(), gguf.formats(), gguf.quantized());
      }
      // One weight after the other: a model need not fit into memory to be converted.
      WeightFiles.requireFit(gguf, source.decoder());
      return converter.write(gguf, gguf.dtype(), gguf.formats(), gguf.quantized());
    }
  }

  /**
   * Writes a model less what a fine-tuning taught it, a {@link TaskVector}. Both models are in
   * memory.
   *
   * @param model θ, as {@link LanguageModel#open} takes it; settings and tokenizer are its own
   * @param tuned θ_tuned, fine-tuned from it
   * @param alpha α, a finite number
   * @param base the base model of an adapter folder, for either; null: the one its configuration
   *     names
   * @param out the new folder
   * @param dtype number format of the weights written; null: θ's own, float32 where it's quantised
   * @param progress advances by 1 a weight
   * @throws EngramException as {@link #convert}; if the models have different weights
   */
  public static Conversion negate(
      String model,
      String tuned,
      double alpha,
      @Nullable String base,
      Path out,
      @Nullable Dtype dtype,
      ProgressListener progress) {
    NewFolder.requireFree(out);
    ModelFolder source = ModelFolder.find(model, base);
    ModelFolder learnedFrom = ModelFolder.find(tuned, base);
    Torch.load();
    Dtype own = configured(source.config());
    Map<String, Integer> formats = Map.of();
    boolean quantized = false;
    if (GgufFile.isGguf(source.weights())) {
      try (GgufFile gguf = new GgufFile(source.weights())) {
        own = gguf.dtype();
        formats = gguf.formats();
        quantized = gguf.quantized();
      }
    }
    try (LanguageModel original = LanguageModel.open(model, unrounded(source, base, null));
        LanguageModel learned = LanguageModel.open(tuned, unrounded(learnedFrom, base, null))) {
      TaskVector weights =
          new TaskVector(
              new MergedWeights(original.decoder().parameters()),
              new MergedWeights(learned.decoder().parameters()),
              alpha);
      weights.requireAlike(model, tuned);
      return new ModelConverter(source, out, dtype, progress, new Conversion.Negated(tuned, alpha))
          .write(weights, own, formats, quantized);
    }
  }

  /** The number format that a config.json names. */
  private static Dtype configured(JsonNode config) {
    String name = config.path("dtype").asString(config.path("torch_dtype").asString(""));
    return Arrays.stream(Dtype.values())
        .filter(dtype -> dtype.configName().equals(name))
        .findFirst()
        .orElse(Dtype.FLOAT32);
  }

  private Conversion opened(
      String model,
      @Nullable String base,
      Dtype own,
      Map<String, Integer> formats,
      boolean quantized) {
    try (LanguageModel opened = LanguageModel.open(model, unrounded(source, base, own))) {
      return write(new MergedWeights(opened.decoder().parameters()), own, formats, quantized);
    }
  }

  /**
   * For opening a model, in float32 where an adapter is merged as the model is opened: rounding is
   * for what is written, where it's counted.
   *
   * @param own otherwise; null: as the model opens by itself
   */
  private static ModelOptions unrounded(
      ModelFolder folder, @Nullable String base, @Nullable Dtype own) {
    Path adapter = folder.adapter();
    boolean merged = adapter != null && PeftAdapter.isMerged(adapter, folder.decoder());
    Dtype dtype = merged ? Dtype.FLOAT32 : own;
    return new ModelOptions(Device.CPU, dtype, PromptTemplate.PLAIN, base, 0, 1, false, 0);
  }

  private Conversion write(
      TensorSource weights, Dtype own, Map<String, Integer> formats, boolean quantized) {
    Dtype written = dtype == null ? own : dtype;
    RoundedWeights rounded = new RoundedWeights(weights, written);
    Conversion[] done = new Conversion[1];
    progress.start("Converting", weights.shapes().size(), "weights");
    NewFolder.write(
        out,
        folder -> {
          ModelWriter.writeSettings(source, folder, written);
          WeightFiles.write(folder, rounded, written, progress);
          done[0] = conversion(folder, written, rounded, formats, quantized);
          JsonFiles.writeText(folder.resolve("README.md"), ConversionCard.text(done[0]));
        });
    progress.finish();
    return done[0];
  }

  private Conversion conversion(
      Path folder,
      Dtype written,
      RoundedWeights rounded,
      Map<String, Integer> formats,
      boolean quantized) {
    return new Conversion(
        out,
        name(source.weights()),
        source.adapter() == null ? null : name(source.adapter()),
        source.decoder().modelType(),
        written.configName(),
        rounded.numbers(),
        rounded.rounded(),
        formats,
        quantized,
        Files.isRegularFile(folder.resolve("tokenizer.json")),
        negated);
  }

  private static String name(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }

  /** The README.md of a converted model's folder. */
  static final class ConversionCard {
    private ConversionCard() {}

    /** Markdown with the header that the hub reads. */
    static String text(Conversion conversion) {
      StringBuilder text = new StringBuilder();
      text.append("---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n\n# ");
      text.append(conversion.source()).append("\n\n").append(conversion.did());
      text.append(conversion.negated() == null ? "\n\nConverted" : "\n\nMade")
          .append(" by Engram ")
          .append(Version.code())
          .append(".\n");
      if (!conversion.lost().isEmpty()) {
        text.append("\n## What to know\n\n");
        conversion.lost().forEach(sentence -> text.append("- ").append(sentence).append('\n'));
      }
      return text.toString();
    }
  }

  /** Weights in another number format; counts the numbers that it doesn't have. */
  static final class RoundedWeights implements TensorSource {
    private final TensorSource source;
    private final Dtype dtype;
    private long numbers;
    private long rounded;

    RoundedWeights(TensorSource source, Dtype dtype) {
      this.source = source;
      this.dtype = dtype;
    }

    /** Numbers that were asked for. */
    long numbers() {
      return numbers;
    }

    /** How many of them became others. */
    long rounded() {
      return rounded;
    }

    @Override
    public Map<String, long[]> shapes() {
      return source.shapes();
    }

    /**
     * The tensor in this format.
     *
     * @throws EngramException if a number is beyond the format's range
     */
    @Override
    public Tensor tensor(String name) {
      Tensor tensor = source.tensor(name);
      numbers += tensor.numel();
      if (Dtype.of(tensor) == dtype) {
        return tensor;
      }
      Tensor written = tensor.to(dtype.torch());
      try (PointerScope scope = new PointerScope()) {
        Tensor again = written.to(tensor.scalar_type());
        rounded += Tensors.toLongs(tensor.ne(again).sum())[0];
        if (!all(torch.isfinite(again)) && all(torch.isfinite(tensor))) {
          throw EngramException.usage(
              String.format(
                  "%s: weight %s has numbers beyond its range.%nTake bfloat16 or float32.",
                  dtype.configName(), name));
        }
      }
      return written;
    }

    private static boolean all(Tensor flags) {
      return flags.all().item_bool();
    }
  }
}
