package io.engram.model.checkpoint;

import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes low-rank adapters as PEFT reads them.
 *
 * @param config the base model's
 * @param baseModel its folder or name
 * @param rank of the adapters, unless a weight has its own
 * @param alpha of the adapters, unless a weight has its own
 */
public record PeftWriter(DecoderConfig config, String baseModel, int rank, double alpha) {
  /**
   * Writes adapter_config.json and adapter_model.safetensors.
   *
   * @param adapters by the weights they sit on
   * @param earlier an adapter folder that was merged into the weights before: the result does the
   *     work of both, with the As stacked and the Bs side by side; null: none
   */
  public void write(Path folder, Map<String, Parameters.Adapter> adapters, @Nullable Path earlier) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, Parameters.Adapter> all = new LinkedHashMap<>(adapters);
      if (earlier != null) {
        PeftAdapter.lowRank(earlier, config, Device.CPU)
            .forEach((weight, own) -> all.merge(weight, own, PeftWriter::both));
      }
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      all.forEach(
          (weight, adapter) -> {
            tensors.put(PeftAdapter.PREFIX + module(weight) + PeftAdapter.A, adapter.a());
            tensors.put(PeftAdapter.PREFIX + module(weight) + PeftAdapter.B, adapter.b());
          });
      SafetensorsWriter.write(folder.resolve(PeftAdapter.WEIGHTS), tensors, Dtype.FLOAT32);
      JsonMapper.shared()
          .writerWithDefaultPrettyPrinter()
          .writeValue(folder.resolve(PeftAdapter.CONFIG), settings(all));
    }
  }

  /** {@code s₁B₁A₁ + s₂B₂A₂} as one product, scaled by s₁. */
  private static Parameters.Adapter both(Parameters.Adapter one, Parameters.Adapter other) {
    Tensor scaled = other.b().mul(new Scalar(other.scale() / one.scale()));
    return new Parameters.Adapter(
        torch.cat(new TensorVector(one.a().cpu(), other.a()), 0),
        torch.cat(new TensorVector(one.b().cpu(), scaled), 1),
        one.scale(),
        one.transposed());
  }

  private Map<String, Object> settings(Map<String, Parameters.Adapter> adapters) {
    Map<String, Long> ranks = new LinkedHashMap<>();
    Map<String, Double> alphas = new LinkedHashMap<>();
    adapters.forEach(
        (weight, adapter) -> {
          long own = adapter.a().size(0);
          if (own != rank || adapter.scale() != alpha / rank) {
            ranks.put(module(weight), own);
            alphas.put(module(weight), adapter.scale() * own);
          }
        });
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("peft_type", "LORA");
    settings.put("task_type", "CAUSAL_LM");
    settings.put("base_model_name_or_path", baseModel);
    settings.put("r", rank);
    settings.put("lora_alpha", alpha);
    settings.put("rank_pattern", ranks);
    settings.put("alpha_pattern", alphas);
    settings.put("lora_dropout", 0.0);
    settings.put("bias", "none");
    settings.put("fan_in_fan_out", config.structure().transposed());
    settings.put("inference_mode", true);
    settings.put("init_lora_weights", true);
    settings.put("use_rslora", false);
    settings.put("use_dora", false);
    settings.put("target_modules", targets(adapters.keySet()));
    return settings;
  }

  /**
   * The last parts of the names, as users write them, if these name exactly these modules; else the
   * whole names.
   */
  private List<String> targets(Set<String> weights) {
    Set<String> ends =
        weights.stream().map(PeftWriter::end).collect(Collectors.toCollection(TreeSet::new));
    boolean exact =
        WeightNames.shapes(config).keySet().stream()
            .filter(name -> name.endsWith(".weight") && ends.contains(end(name)))
            .allMatch(weights::contains);
    return exact ? new ArrayList<>(ends) : weights.stream().map(PeftWriter::module).toList();
  }

  private static String module(String weight) {
    return weight.replaceFirst("\\.weight$", "");
  }

  private static String end(String weight) {
    String module = module(weight);
    return module.substring(module.lastIndexOf('.') + 1);
  }
}
