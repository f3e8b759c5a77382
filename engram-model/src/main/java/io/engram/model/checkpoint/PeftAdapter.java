package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A LoRA adapter in PEFT's layout: adapter_config.json and adapter_model.safetensors, whose tensors
 * are called {@code base_model.model.<module>.lora_A.weight} and {@code …lora_B.weight}.
 */
public final class PeftAdapter {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  private PeftAdapter() {}

  /** Whether the folder holds an adapter. */
  public static boolean isAdapter(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /** The base model that adapter_config.json names, or null. */
  public static @Nullable String baseModel(Path folder) {
    return PeftConfig.read(folder.resolve(CONFIG)).baseModel();
  }

  /**
   * Puts the adapter on the parameters.
   *
   * @throws EngramException if a file is missing or damaged, or the adapter needs what isn't built
   */
  public static void read(Path folder, DecoderConfig config, Parameters parameters, Device device) {
    PeftConfig settings = PeftConfig.read(folder.resolve(CONFIG));
    settings.requireSupported(config.structure().transposed());
    int rank = settings.rank();
    double scale = settings.scale();
    Map<String, long[]> shapes = WeightNames.shapes(config);
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(WEIGHTS));
        PointerScope scope = new PointerScope()) {
      TreeSet<String> left = new TreeSet<>(file.shapes().keySet());
      for (String weight : shapes.keySet()) {
        if (config.names().layerOf(weight).isEmpty()) {
          continue; // the output head is computed without adapters, so one on it stays in "left"
        }
        String module = PREFIX + weight.replaceFirst("\\.weight$", "");
        String a = module + ".lora_A.weight";
        String b = module + ".lora_B.weight";
        boolean hasA = left.remove(a);
        boolean hasB = left.remove(b);
        if (!hasA && !hasB) {
          continue;
        }
        requireFit(
            folder,
            weight,
            outAndIn(config, shapes.get(weight)),
            file.shapes().get(a),
            file.shapes().get(b),
            rank);
        parameters.putAdapter(
            weight,
            new Parameters.Adapter(
                float32(file.tensor(a), device),
                float32(file.tensor(b), device),
                scale,
                config.structure().transposed()));
      }
      if (!left.isEmpty()) {
        throw EngramException.file(
            folder.resolve(WEIGHTS)
                + ": "
                + left.first()
                + " belongs to no linear layer in the layers of the base model.");
      }
      if (parameters.adapters().isEmpty()) {
        throw EngramException.file(folder.resolve(WEIGHTS) + " holds no adapter.");
      }
    }
  }

  private static Tensor float32(Tensor tensor, Device device) {
    return Tensors.to(tensor, device).to(Dtype.FLOAT32.torch()).clone();
  }

  private static long @Nullable [] outAndIn(DecoderConfig config, long @Nullable [] shape) {
    return shape != null && shape.length == 2 && config.structure().transposed()
        ? new long[] {shape[1], shape[0]}
        : shape;
  }

  private static void requireFit(
      Path folder,
      String weight,
      long @Nullable [] w,
      long @Nullable [] a,
      long @Nullable [] b,
      int rank) {
    if (w == null || a == null || b == null || w.length != 2 || a.length != 2 || b.length != 2) {
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

  /** Writes the adapters on the parameters; PEFT loads the folder. */
  public static void write(
      Path folder, Parameters parameters, int rank, double alpha, String baseModel) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    TreeSet<String> targets = new TreeSet<>();
    parameters
        .adapters()
        .forEach(
            (weight, adapter) -> {
              String module = weight.replaceFirst("\\.weight$", "");
              targets.add(module.substring(module.lastIndexOf('.') + 1));
              tensors.put(PREFIX + module + ".lora_A.weight", adapter.a());
              tensors.put(PREFIX + module + ".lora_B.weight", adapter.b());
            });
    SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors, Dtype.FLOAT32);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("peft_type", "LORA");
    config.put("task_type", "CAUSAL_LM");
    config.put("base_model_name_or_path", baseModel);
    config.put("r", rank);
    config.put("lora_alpha", alpha);
    config.put("lora_dropout", 0.0);
    config.put("bias", "none");
    config.put(
        "fan_in_fan_out",
        parameters.adapters().values().stream().anyMatch(Parameters.Adapter::transposed));
    config.put("inference_mode", true);
    config.put("use_rslora", false);
    config.put("target_modules", List.copyOf(targets));
    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValue(folder.resolve(CONFIG), config);
  }
}
