package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Reads a LoRA adapter in PEFT's layout: adapter_config.json and adapter_model.safetensors, whose
 * tensors are called {@code base_model.model.<module>.lora_A.weight}, {@code …lora_B.weight} and,
 * for DoRA, {@code …lora_magnitude_vector}.
 */
public final class PeftAdapter {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";
  static final String PREFIX = "base_model.model.";
  static final String A = ".lora_A.weight";
  static final String B = ".lora_B.weight";

  private static final String MAGNITUDE = ".lora_magnitude_vector";

  private final Path folder;
  private final PeftConfig settings;
  private final DecoderConfig config;
  private final SafetensorsFile file;
  private final Device device;
  private final TreeSet<String> left;

  private PeftAdapter(Path folder, DecoderConfig config, SafetensorsFile file, Device device) {
    this.folder = folder;
    this.settings = PeftConfig.read(folder.resolve(CONFIG));
    this.config = config;
    this.file = file;
    this.device = device;
    this.left = new TreeSet<>(file.shapes().keySet());
  }

  /** Whether the folder holds an adapter. */
  public static boolean isAdapter(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /** The base model that adapter_config.json names, or null. */
  public static @Nullable String baseModel(Path folder) {
    return PeftConfig.read(folder.resolve(CONFIG)).baseModel();
  }

  /** Whether the folder's adapter is DoRA. */
  public static boolean isDora(Path folder) {
    return PeftConfig.read(folder.resolve(CONFIG)).isDora();
  }

  /**
   * Whether {@link #read} merges some of the folder's adapter into the weights, which rounds to
   * their number format.
   */
  public static boolean isMerged(Path folder, DecoderConfig config) {
    Pickles.refuseAdapter(folder, WEIGHTS);
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(WEIGHTS))) {
      return isDora(folder) || file.shapes().containsKey(PREFIX + module(config.lmHeadName()) + A);
    }
  }

  private static String module(String weight) {
    return weight.replaceFirst("\\.weight$", "");
  }

  /** How many numbers the weights under the adapter have. */
  public static long adaptedNumbers(Path folder, DecoderConfig config) {
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(WEIGHTS))) {
      Set<String> names = file.shapes().keySet();
      return WeightNames.shapes(config).entrySet().stream()
          .filter(w -> names.contains(PREFIX + module(w.getKey()) + A))
          .mapToLong(w -> Arrays.stream(w.getValue()).reduce(1, (a, b) -> a * b))
          .sum();
    }
  }

  /**
   * Puts the adapter on the parameters. DoRA, and an adapter of the LM head, can't be kept apart
   * from the weight and are merged into it.
   *
   * @throws EngramException if a file is missing or damaged, or the adapter needs something that
   *     isn't supported
   */
  public static void read(Path folder, DecoderConfig config, Parameters parameters, Device device) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      stored(folder, config, device)
          .forEach(
              (weight, stored) -> {
                if (stored.magnitude() != null || weight.equals(config.lmHeadName())) {
                  parameters.put(weight, stored.merged(parameters.get(weight)));
                } else {
                  parameters.putAdapter(weight, stored.lowRank());
                }
              });
    }
  }

  /**
   * The folder's low-rank additions by weight. They belong to the running scope.
   *
   * @throws EngramException as {@link #read}, and if it's DoRA, which is more than an addition
   */
  static Map<String, Parameters.Adapter> lowRank(Path folder, DecoderConfig config, Device device) {
    Map<String, Parameters.Adapter> lowRank = new LinkedHashMap<>();
    stored(folder, config, device)
        .forEach(
            (weight, stored) -> {
              if (stored.magnitude() != null) {
                throw EngramException.usage(
                    folder
                        + " is DoRA, so what is trained on top of it can't be written as an"
                        + " adapter of the same base.\nMerge it first: engram convert "
                        + folder
                        + " OUT, and unlearn OUT.");
              }
              lowRank.put(weight, stored.lowRank());
            });
    return lowRank;
  }

  private static Map<String, StoredAdapter> stored(
      Path folder, DecoderConfig config, Device device) {
    PeftConfig.read(folder.resolve(CONFIG)).requireSupported();
    Pickles.refuseAdapter(folder, WEIGHTS);
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(WEIGHTS))) {
      return new PeftAdapter(folder, config, file, device).stored();
    }
  }

  private Map<String, StoredAdapter> stored() {
    Map<String, StoredAdapter> all = new LinkedHashMap<>();
    WeightNames.shapes(config)
        .forEach(
            (weight, shape) -> {
              String module = module(weight);
              boolean hasA = left.remove(PREFIX + module + A);
              boolean hasB = left.remove(PREFIX + module + B);
              if ((hasA || hasB) && !weight.equals(config.names().embedding())) {
                all.put(weight, one(weight, module, shape));
              } else if (hasA || hasB) {
                left.add(PREFIX + module + A);
              }
            });
    requireNoneLeft();
    if (all.isEmpty()) {
      throw EngramException.file(folder.resolve(WEIGHTS) + " holds no adapter.");
    }
    return all;
  }

  private StoredAdapter one(String weight, String module, long[] shape) {
    if (!settings.targets().include(module)) {
      throw EngramException.file(
          folder.resolve(WEIGHTS)
              + ": there is an adapter for "
              + module
              + ", which "
              + CONFIG
              + " doesn't target; the two don't belong together.");
    }
    long[] a = file.shapes().get(PREFIX + module + A);
    long[] b = file.shapes().get(PREFIX + module + B);
    boolean transposed = transposed(weight);
    long[] outAndIn = transposed && shape.length == 2 ? new long[] {shape[1], shape[0]} : shape;
    requireFit(weight, outAndIn, a, b, settings.rank(module));
    return new StoredAdapter(
        new Parameters.Adapter(
            float32(PREFIX + module + A),
            float32(PREFIX + module + B),
            settings.scale(module),
            transposed),
        settings.isDora() ? magnitude(weight, module, outAndIn[0]) : null);
  }

  /** The head is stored {@code [out, in]} in every family. */
  private boolean transposed(String weight) {
    return config.structure().transposed() && config.names().layerOf(weight).isPresent();
  }

  private Tensor magnitude(String weight, String module, long rows) {
    String name = PREFIX + module + MAGNITUDE;
    name = file.shapes().containsKey(name) ? name : name + ".weight";
    long[] shape = file.shapes().get(name);
    if (shape == null || shape.length != 1 || shape[0] != rows) {
      throw EngramException.file(
          folder.resolve(WEIGHTS)
              + ": the adapter of "
              + weight
              + " is damaged: DoRA has a lora_magnitude_vector of "
              + rows
              + " numbers there.");
    }
    left.remove(name);
    return float32(name);
  }

  private void requireNoneLeft() {
    if (left.isEmpty()) {
      return;
    }
    String first = left.first();
    boolean tied = config.tiedHead() && first.contains("lm_head");
    throw EngramException.file(
        folder.resolve(WEIGHTS)
            + ": "
            + first
            + (tied
                ? " is of the LM head, which this model shares with its embedding."
                : " belongs to no linear layer in the layers of the base model."));
  }

  private Tensor float32(String name) {
    return Tensors.to(file.tensor(name), device).to(Dtype.FLOAT32.torch()).clone();
  }

  private void requireFit(
      String weight, long[] w, long @Nullable [] a, long @Nullable [] b, int rank) {
    if (a == null || b == null || w.length != 2 || a.length != 2 || b.length != 2) {
      throw EngramException.file(
          folder.resolve(WEIGHTS)
              + ": the adapter of "
              + weight
              + " is damaged: two matrices, lora_A and lora_B, make one.");
    }
    if (a[0] != rank || b[1] != rank) {
      throw EngramException.file(
          String.format(
              "%s: the adapter of %s has ranks %d and %d; %s says r %d.",
              folder.resolve(WEIGHTS), weight, a[0], b[1], CONFIG, rank));
    }
    if (a[1] != w[1] || b[0] != w[0]) {
      throw EngramException.file(
          String.format(
              "%s: the adapter of %s is for a layer of %d x %d; the base model's is %d x %d.\n"
                  + "Name the base model it was trained on with --base.",
              folder, weight, b[0], a[1], w[0], w[1]));
    }
  }

  /**
   * What an adapter folder holds for one weight.
   *
   * @param lowRank A, B and their scale
   * @param magnitude DoRA's m, {@code [out]}; null: none
   */
  record StoredAdapter(Parameters.Adapter lowRank, @Nullable Tensor magnitude) {
    /**
     * The weight of a layer with this adapter: {@code V = W + scale · B A}, and for DoRA {@code m ⊙
     * V / ‖V‖}, with the norm over the numbers that make one output. In W's number format; belongs
     * to the running scope.
     *
     * <p><b>Source:</b> Liu et al. 2024, Eq. 5.
     */
    Tensor merged(Tensor weight) {
      Tensor added = lowRank.added();
      Tensor sum = weight.to(added.scalar_type()).add(added);
      if (magnitude == null) {
        return sum.to(weight.scalar_type());
      }
      long[] inputs = {lowRank.transposed() ? 0 : 1};
      Tensor norm = torch.norm(sum, new ScalarOptional(new Scalar(2.0)), inputs, true);
      Tensor m = lowRank.transposed() ? magnitude.view(1, -1) : magnitude.view(-1, 1);
      return sum.mul(m.div(norm)).to(weight.scalar_type());
    }
  }
}
