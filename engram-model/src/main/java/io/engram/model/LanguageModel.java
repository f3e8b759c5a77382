package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.model.checkpoint.PeftAdapter;
import io.engram.model.checkpoint.PeftWriter;
import io.engram.model.checkpoint.WeightFiles;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Torch;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An open model: decoder, weights, tokenizer. Owns native memory; close it.
 *
 * <p>One thread at a time may use it.
 */
public final class LanguageModel implements AutoCloseable {
  private static final long SMALL = 1_000_000_000;

  /** A folder of the hub's cache: models--ORG--NAME/snapshots/REVISION. */
  private static final Pattern CACHED =
      Pattern.compile(".*/models--([^/]+?)--([^/]+)/snapshots/[^/]+");

  private final ModelFolder folder;
  private final ModelOptions options;
  private final Decoder decoder;
  private final Dtype dtype;
  private @Nullable Tokenizer tokenizer;
  private final SampleTokenizer samples;
  private @Nullable BatchRunner runner;

  private LanguageModel(ModelFolder folder, ModelOptions options) {
    this.folder = folder;
    this.options = options;
    Torch.load();
    Torch.threads(options.threads());
    DecoderConfig config = folder.decoder();
    PromptTemplate template =
        options.template() == null ? folder.chatTemplate() : options.template();
    Dtype wanted = wantedDtype(config, options);
    Parameters parameters =
        options.initialize()
            ? NewWeights.draw(
                config,
                wanted == null ? Dtype.FLOAT32 : wanted,
                options.device(),
                RandomStream.of(options.seed(), "init", 0, 0))
            : WeightFiles.read(folder.weights(), config, wanted, options.device());
    try {
      if (folder.adapter() != null) {
        PeftAdapter.read(folder.adapter(), config, parameters, options.device());
      }
    } catch (RuntimeException e) {
      parameters.close();
      throw e;
    }
    this.decoder = new Decoder(config, parameters, options.device());
    this.dtype = Dtype.of(parameters.get(config.names().embedding()));
    this.samples =
        new SampleTokenizer(
            this::tokenizer, template, config.vocabularySize(), config.maxPositions());
  }

  /**
   * Opens a model.
   *
   * @param model {@code mini} or another built-in name, a Hugging Face folder, a GGUF file or a
   *     folder of one, a PEFT folder, a run folder for the model of that run, or {@code
   *     hf:ORG/NAME[@REVISION]} (or without {@code hf:}) for what {@code engram fetch} or {@code
   *     huggingface_hub} put into the cache; nothing is fetched here
   * @throws EngramException if it can't be opened, saying what is missing, damaged or unsupported
   */
  public static LanguageModel open(String model, ModelOptions options) {
    return new LanguageModel(ModelFolder.find(model, options.base()), options);
  }

  /**
   * The properties of a model that decide how much CPU memory it takes. Reads no weight.
   *
   * @throws EngramException if it can't be opened
   */
  public static ModelSize size(String model, ModelOptions options) {
    ModelFolder folder = ModelFolder.find(model, options.base());
    DecoderConfig config = folder.decoder();
    Torch.load();
    Dtype stored = options.initialize() ? null : WeightFiles.storedDtype(folder.weights(), config);
    Dtype wanted = wantedDtype(config, options);
    Dtype dtype = wanted != null ? wanted : stored != null ? stored : Dtype.FLOAT32;
    Path adapter = folder.adapter();
    return new ModelSize(
        config,
        dtype,
        stored == dtype,
        adapter == null ? 0 : PeftAdapter.adaptedNumbers(adapter, config),
        adapter != null && PeftAdapter.isDora(adapter));
  }

  /**
   * The tokens of samples as {@link #samples()} of the open model makes them. Reads no weight.
   *
   * @throws EngramException if it has no tokenizer, or can't read a sample
   */
  public static List<TokenizedSample> tokenize(
      String model, ModelOptions options, List<Sample> samples) {
    ModelFolder folder = ModelFolder.find(model, options.base());
    DecoderConfig config = folder.decoder();
    PromptTemplate template =
        options.template() == null ? folder.chatTemplate() : options.template();
    try (Tokenizer tokenizer = folder.tokenizer()) {
      return new SampleTokenizer(
              () -> tokenizer, template, config.vocabularySize(), config.maxPositions())
          .tokenize(samples);
    }
  }

  private static @Nullable Dtype wantedDtype(DecoderConfig config, ModelOptions options) {
    if (options.dtype() != null) {
      return options.dtype();
    }
    long count = 0;
    for (long[] shape : WeightNames.shapes(config).values()) {
      long numbers = 1;
      for (long size : shape) {
        numbers *= size;
      }
      count += numbers;
    }
    return count < SMALL ? Dtype.FLOAT32 : null;
  }

  /**
   * The files that a model is read from, by their paths in its folder; with an adapter, under
   * {@code base/} and {@code adapter/}. Hidden files are left out. Reads no weight.
   *
   * @throws EngramException if there is no such model
   */
  public static SortedMap<String, Path> files(String model, @Nullable String base) {
    return ModelFolder.find(model, base).files();
  }

  /** {@link #hash()} of a model that need not be opened. */
  public static String hash(String model, @Nullable String base) {
    return ModelFolder.find(model, base).hash();
  }

  /** The decoder; borrowed. */
  public Decoder decoder() {
    return decoder;
  }

  /** The shape of the model. */
  public DecoderConfig config() {
    return decoder.config();
  }

  /** How it was opened. */
  public ModelOptions options() {
    return options;
  }

  /** Number format of the weights in memory. */
  public Dtype dtype() {
    return dtype;
  }

  /** The model's tokenizer, opened on first use, since token ids don't need one. Borrowed. */
  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      tokenizer = folder.tokenizer();
    }
    return tokenizer;
  }

  /** Turns samples into tokens with the template that the model was opened with. */
  public SampleTokenizer samples() {
    return samples;
  }

  /** The same with the model's own chat template; empty if it has none. */
  public Optional<SampleTokenizer> chatSamples() {
    DecoderConfig config = folder.decoder();
    return Optional.ofNullable(folder.findChatTemplate())
        .map(
            template ->
                new SampleTokenizer(
                    this::tokenizer, template, config.vocabularySize(), config.maxPositions()));
  }

  /**
   * The token put before a text that has no context: the tokenizer's begin token, else the end
   * token.
   */
  public int prefixId() {
    return folder.prefixId(tokenizer());
  }

  /** Tokens at which generation stops. */
  public Set<Integer> stopIds() {
    Set<Integer> ids = folder.stopIds();
    if (samples.template().writesSpecialTokens()) {
      ids.add(samples.endOfTurn());
    }
    return ids;
  }

  /** The folder of the base model. */
  public Path path() {
    return folder.base();
  }

  /** SHA-256 over the files that the model is read from, including the adapter's. */
  public String hash() {
    return folder.hash();
  }

  /**
   * Where to open the same model again.
   *
   * @throws EngramException if its weights aren't in files
   */
  public ModelSource source() {
    if (options.initialize()) {
      throw EngramException.usage("A model with new weights is only in this process.");
    }
    Path adapter = folder.adapter();
    String weights = folder.weights().toAbsolutePath().normalize().toString();
    return new ModelSource(
        adapter == null ? weights : adapter.toAbsolutePath().normalize().toString(),
        adapter == null ? null : weights,
        options.device(),
        dtype,
        Torch.threads(),
        options.batchTokens(),
        "");
  }

  /**
   * The same on a GPU, in the number format that it has if it is opened there.
   *
   * @throws EngramException if its weights aren't in files
   */
  public ModelSource sourceOnGpu() {
    ModelSource here = source();
    Dtype stored =
        options.dtype() != null
            ? options.dtype()
            : WeightFiles.storedDtype(folder.weights(), folder.decoder());
    return new ModelSource(
        here.model(),
        here.base(),
        Device.GPU,
        stored == null ? Dtype.FLOAT32 : stored,
        here.threads(),
        here.batchTokens(),
        "");
  }

  /**
   * From now on, passes over many samples are computed there, as long as the weights are those that
   * were opened: never change the weights of such a model. Closed with this model.
   */
  public void computeOn(BatchRunner there) {
    this.runner = there;
  }

  /** Lets passes over many samples be computed where this other model's are. */
  public void computeWhere(LanguageModel other) {
    BatchRunner there = other.runner;
    if (there != null) {
      there.attach(this);
    }
  }

  /** Where passes over many samples are computed; null: here. */
  public @Nullable BatchRunner runner() {
    return runner;
  }

  /** One line with family, size, number format and device. */
  public String describe() {
    return String.format(
        "%s, %.1f M parameters, %s on %s",
        config().modelType(),
        decoder.parameters().count() / 1e6,
        dtype.configName(),
        options.device().name());
  }

  /**
   * Writes the model as a Hugging Face folder that transformers loads; adapters are merged in.
   *
   * @param written number format of the weights written
   * @throws EngramException if the folder can't be written
   */
  public void save(Path target, Dtype written) {
    save(target, SaveOptions.of(written));
  }

  /**
   * The same with more options. A new folder appears once it is complete; in an existing one, files
   * of the same names and older weights are replaced.
   */
  public void save(Path target, SaveOptions options) {
    ModelWriter.write(this, folder, target, options);
  }

  /** {@link #save(Path, Dtype)} in the format the weights have in memory. */
  public void save(Path target) {
    save(target, dtype);
  }

  /**
   * Writes the adapters on the weights as a PEFT folder whose base is the model that was opened; an
   * adapter that the model was opened with is stacked with them into one.
   *
   * @param rank of the adapters
   * @param alpha of the adapters
   * @param texts more files of the folder by name
   * @throws EngramException if the folder can't be written or the earlier adapter is DoRA
   */
  public void saveAdapter(Path target, int rank, double alpha, Map<String, String> texts) {
    PeftWriter writer = new PeftWriter(config(), baseName(), rank, alpha);
    ModelWriter.writeAdapter(
        target,
        texts,
        into -> writer.write(into, decoder.parameters().adapters(), folder.adapter()));
  }

  /** How an adapter refers to its base: by its hub name if it is in a hub's cache, else by path. */
  private String baseName() {
    String path = folder.weights().toAbsolutePath().normalize().toString();
    Matcher cached = CACHED.matcher(path);
    return cached.matches() ? cached.group(1) + "/" + cached.group(2) : path;
  }

  /** Whether the model was opened with a DoRA adapter, on top of which no other can be written. */
  public boolean hasDora() {
    return folder.adapter() != null && PeftAdapter.isDora(folder.adapter());
  }

  /** The GGUF file or folder that its weights were read from. */
  public Path weights() {
    return folder.weights();
  }

  @Override
  public void close() {
    if (runner != null) {
      runner.close();
    }
    decoder.parameters().close();
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
