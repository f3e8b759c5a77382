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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
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
    String base = readConfig(folder).path("base_model_name_or_path").asString("");
    return base.isEmpty() ? null : base;
  }

  /**
   * Puts the adapter on the parameters.
   *
   * @throws EngramException if a file is missing or damaged, or the adapter needs what isn't built
   */
  public static void read(Path folder, DecoderConfig config, Parameters parameters, Device device) {
    JsonNode settings = readConfig(folder);
    requireSupported(settings, folder);
    double rank = settings.path("r").asDouble(0);
    double alpha = settings.path("lora_alpha").asDouble(rank);
    double scale =
        settings.path("use_rslora").asBoolean(false) ? alpha / Math.sqrt(rank) : alpha / rank;
    Map<String, long[]> shapes = WeightNames.shapes(config);
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(WEIGHTS));
        PointerScope scope = new PointerScope()) {
      TreeSet<String> left = new TreeSet<>(file.shapes().keySet());
      for (String weight : shapes.keySet()) {
        String module = PREFIX + weight.replaceFirst("\\.weight$", "");
        String a = module + ".lora_A.weight";
        String b = module + ".lora_B.weight";
        if (!left.remove(a) || !left.remove(b)) {
          continue;
        }
        requireFit(folder, weight, shapes.get(weight), file.shapes().get(a), file.shapes().get(b));
        parameters.putAdapter(
            weight,
            new Parameters.Adapter(
                float32(file.tensor(a), device), float32(file.tensor(b), device), scale));
      }
      if (!left.isEmpty()) {
        throw EngramException.file(
            folder.resolve(WEIGHTS)
                + ": "
                + left.first()
                + " belongs to no linear layer of the base model.");
      }
    }
  }

  private static Tensor float32(Tensor tensor, Device device) {
    return Tensors.to(tensor, device).to(Dtype.FLOAT32.torch()).clone();
  }

  private static void requireFit(
      Path folder, String weight, long @Nullable [] w, long @Nullable [] a, long @Nullable [] b) {
    if (w == null || a == null || b == null || w.length != 2 || a.length != 2 || b.length != 2) {
      throw EngramException.file(
          folder.resolve(WEIGHTS) + ": adapter of " + weight + " is damaged.");
    }
    if (a[1] != w[1] || b[0] != w[0] || a[0] != b[1]) {
      throw EngramException.file(
          String.format(
              "%s: the adapter of %s is for a layer of %d x %d; the base model's is %d x %d.\n"
                  + "Name the base model it was trained on with --base.",
              folder, weight, b[0], a[1], w[0], w[1]));
    }
  }

  private static void requireSupported(JsonNode settings, Path folder) {
    List<String> faults = new ArrayList<>();
    if (!settings.path("peft_type").asString("").equals("LORA")) {
      faults.add("peft_type " + settings.path("peft_type").asString("(missing)"));
    }
    if (settings.path("use_dora").asBoolean(false)) {
      faults.add("use_dora");
    }
    if (!settings.path("bias").asString("none").equals("none")) {
      faults.add("bias " + settings.path("bias").asString());
    }
    for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
      if (!settings.path(pattern).isEmpty()) {
        faults.add(pattern);
      }
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage(
          folder.resolve(CONFIG)
              + ": not supported: "
              + String.join(", ", faults)
              + "; plain LoRA is.");
    }
  }

  private static JsonNode readConfig(Path folder) {
    try {
      return JsonMapper.shared().readTree(folder.resolve(CONFIG).toFile());
    } catch (JacksonException e) {
      throw EngramException.file(
          folder.resolve(CONFIG) + " could not be read: " + e.getOriginalMessage(), e);
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
    config.put("fan_in_fan_out", false);
    config.put("inference_mode", true);
    config.put("use_rslora", false);
    config.put("target_modules", List.copyOf(targets));
    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValue(folder.resolve(CONFIG), config);
  }
}
