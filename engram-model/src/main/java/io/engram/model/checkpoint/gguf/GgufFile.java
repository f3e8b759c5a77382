package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Change;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Weight;
import io.engram.model.checkpoint.gguf.GgufFile.GgufWeights.Stored;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorFile;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A GGUF file as a Hugging Face folder would have it: the config.json that its settings stand for,
 * and its weights under their Hugging Face names, each dequantised to float32 on request.
 */
public final class GgufFile implements TensorFile {
  /** Blocks.Numbers of the largest tensor that is a setting. */
  private static final int MOST_SETTINGS = 1 << 16;

  private final Path path;
  private final GgufHeader header;
  private final Map<String, Stored> weights;
  private final ObjectNode config;
  private final GgufArchitecture architecture;
  private final FileChannel channel;

  /**
   * Opens the file and checks its whole header.
   *
   * @throws EngramException if the file is missing or damaged, or holds an architecture, a setting,
   *     a tensor or a number format that can't be read
   */
  public GgufFile(Path path) {
    this.path = path;
    header = GgufHeader.read(path);
    requireWhole();
    architecture = GgufArchitecture.Known.of(path, header.metadata());
    weights = GgufWeights.of(path, header, architecture);
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw GgufCursor.unreadable(path, e);
    }
    try {
      config = ConfigDraft.of(path, header, architecture, this::numbers);
      weights.values().forEach(this::requireHeads);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Whether the path is a GGUF file, by its name. */
  public static boolean isGguf(Path path) {
    return path.toString().endsWith(".gguf") && Files.isRegularFile(path);
  }

  private void requireWhole() {
    long parts = header.metadata().whole("split.count").orElse(1);
    if (parts > 1) {
      throw EngramException.usage(
          path
              + " is one of "
              + parts
              + " parts of a model; whole files can be read.\n"
              + "Join them: llama-gguf-split --merge FIRST_PART OUT.gguf");
    }
  }

  /** The settings as they are in the file: those of the tokenizer, a chat template and so on. */
  public GgufMetadata metadata() {
    return header.metadata();
  }

  /**
   * The config.json that the settings stand for: {@code model_type}, sizes, rotary positions,
   * special tokens.
   */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /**
   * The same with what a config.json beside the file adds.
   *
   * @param beside the parsed file
   * @param where its name for messages
   * @throws EngramException if it's another model's
   */
  public ObjectNode config(ObjectNode beside, String where) {
    return ConfigBeside.merged(path, config, architecture.modelTypes(), beside, where);
  }

  /** How many tensors have each number format, by its GGUF name, in the order of the header. */
  public Map<String, Integer> formats() {
    Map<String, Integer> formats = new LinkedHashMap<>();
    weights
        .values()
        .forEach(stored -> formats.merge(stored.entry().type().name(), 1, Integer::sum));
    return formats;
  }

  /** The smallest number format that has every number of the embedding. */
  public Dtype dtype() {
    GgufHeader.Entry embedding = header.entries().get("token_embd.weight");
    if (embedding == null) {
      return Dtype.FLOAT32;
    }
    return switch (embedding.type()) {
      case F16 -> Dtype.FLOAT16;
      case BF16 -> Dtype.BFLOAT16;
      default -> Dtype.FLOAT32;
    };
  }

  /** Whether some weights were rounded to whole multiples of a scale. */
  public boolean quantized() {
    return weights.values().stream().anyMatch(stored -> stored.entry().type().quantized());
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    weights.forEach((name, stored) -> shapes.put(name, shape(stored)));
    return shapes;
  }

  private static long[] shape(Stored stored) {
    long[] shape = stored.entry().shape().clone();
    return stored.change() == Change.TRANSPOSED && shape.length == 2
        ? new long[] {shape[1], shape[0]}
        : shape;
  }

  /** The tensor in float32; belongs to the running scope and outlives this file. */
  @Override
  public Tensor tensor(String name) {
    Stored stored = weights.get(name);
    if (stored == null) {
      throw GgufCursor.damaged(path, "it has no tensor " + name);
    }
    return Tensors.scoped(() -> asHuggingFace(stored, read(stored.entry())));
  }

  private Tensor asHuggingFace(Stored stored, Tensor tensor) {
    return switch (stored.change()) {
      case NONE -> tensor;
      case QUERY_HEADS_INTERLEAVED, KEY_HEADS_INTERLEAVED ->
          halvesApart(tensor, stored.entry(), heads(stored.change()));
      case ONE_ADDED -> tensor.sub_(new Scalar(1.0));
      // A bias has one dimension and stays as it is.
      case TRANSPOSED -> tensor.dim() == 2 ? tensor.t().contiguous() : tensor;
      case HEADS_APART -> headsTogether(tensor, stored.entry(), heads(stored.change()));
    };
  }

  /** Rows of {@code [3, heads, D]} become those of {@code [heads, 3, D]}. */
  private static Tensor headsTogether(Tensor tensor, GgufHeader.Entry entry, int heads) {
    long rows = entry.shape()[0];
    return tensor
        .view(3, heads, rows / heads / 3, entry.numbers() / rows)
        .transpose(0, 1)
        .reshape(entry.shape());
  }

  /** Rows 2i and 2i + 1 of a head become rows i and D/2 + i. */
  private static Tensor halvesApart(Tensor tensor, GgufHeader.Entry entry, int heads) {
    long rows = entry.shape()[0];
    return tensor
        .view(heads, rows / heads / 2, 2, entry.numbers() / rows)
        .transpose(1, 2)
        .reshape(entry.shape());
  }

  /**
   * The number of heads in which the weight's rows are in another order; 0: the order is the same.
   */
  private int heads(Change change) {
    return switch (change) {
      case QUERY_HEADS_INTERLEAVED, HEADS_APART -> config.path("num_attention_heads").intValue();
      case KEY_HEADS_INTERLEAVED -> config.path("num_key_value_heads").intValue();
      case NONE, ONE_ADDED, TRANSPOSED -> 0;
    };
  }

  private void requireHeads(Stored stored) {
    int heads = heads(stored.change());
    long rows = stored.entry().shape()[0];
    long parts = stored.change() == Change.HEADS_APART ? 3 : 2;
    if (heads > 0 && rows % (parts * heads) != 0) {
      throw GgufCursor.damaged(
          path,
          String.format("tensor %s has %d rows for %d heads", stored.entry().name(), rows, heads));
    }
  }

  private Tensor read(GgufHeader.Entry entry) {
    Tensor tensor = torch.empty(entry.shape(), Tensors.options(ScalarType.Float), null);
    FloatPointer to = new FloatPointer(tensor.data_ptr());
    // A pointer has one position, so each part takes its own pointer.
    read(
        entry,
        (begin, numbers, count) -> new FloatPointer(to).position(begin).put(numbers, 0, count));
    return tensor;
  }

  private float[] numbers(GgufHeader.Entry entry) {
    if (entry.numbers() > MOST_SETTINGS) {
      throw GgufCursor.damaged(
          path, "tensor " + entry.name() + " has " + entry.numbers() + " numbers; too many for it");
    }
    float[] numbers = new float[(int) entry.numbers()];
    read(entry, (begin, part, count) -> System.arraycopy(part, 0, numbers, (int) begin, count));
    return numbers;
  }

  private void read(GgufHeader.Entry entry, GgufType.Dequantization.Target to) {
    try {
      GgufType.Dequantization.read(
          channel, header.dataStart() + entry.from(), entry.type(), entry.numbers(), to);
    } catch (IOException e) {
      throw GgufCursor.unreadable(path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw GgufCursor.unreadable(path, e);
    }
  }

  /** A GGUF file's tensors under the names that they have in a Hugging Face folder. */
  static final class GgufWeights {
    private static final Pattern OF_LAYER =
        Pattern.compile("blk\\.(0|[1-9][0-9]{0,5})\\.([a-z_]+)\\.(weight|bias)");

    private static final Pattern OUTER = Pattern.compile("([a-z_]+)\\.(weight|bias)");

    private GgufWeights() {}

    /** A weight's place and how it is stored. */
    record Stored(GgufHeader.Entry entry, Change change) {}

    /**
     * All weights by their Hugging Face names, in the order of the header.
     *
     * @throws EngramException naming a tensor that the architecture doesn't have
     */
    static Map<String, Stored> of(Path path, GgufHeader header, GgufArchitecture architecture) {
      Map<String, Stored> weights = new LinkedHashMap<>();
      for (GgufHeader.Entry entry : header.entries().values()) {
        if (architecture.settings().contains(entry.name())) {
          continue;
        }
        Named named = named(entry.name(), architecture);
        if (named == null) {
          throw EngramException.usage(
              path
                  + ": tensor "
                  + entry.name()
                  + " isn't a weight of architecture "
                  + architecture.name()
                  + " that can be read.");
        }
        weights.put(named.name(), new Stored(entry, named.change()));
      }
      return weights;
    }

    private record Named(String name, Change change) {}

    private static @Nullable Named named(String name, GgufArchitecture architecture) {
      Matcher layer = OF_LAYER.matcher(name);
      if (layer.matches()) {
        Weight weight = architecture.layerWeights().get(layer.group(2));
        return weight == null
            ? null
            : new Named(
                architecture.layers() + layer.group(1) + "." + weight.name() + "." + layer.group(3),
                weight.change());
      }
      Matcher outer = OUTER.matcher(name);
      Weight weight = outer.matches() ? architecture.outerWeights().get(outer.group(1)) : null;
      return weight == null
          ? null
          : new Named(weight.name() + "." + outer.group(2), weight.change());
    }
  }
}
