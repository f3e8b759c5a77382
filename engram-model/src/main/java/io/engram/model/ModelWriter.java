package io.engram.model;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.WeightFiles;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a Hugging Face folder: weights, config.json, tokenizer and generation settings. */
final class ModelWriter {
  private static final List<String> COPIED =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "generation_config.json",
          "chat_template.jinja");

  private ModelWriter() {}

  static void write(LanguageModel model, ModelFolder source, Path target, Dtype dtype) {
    try {
      Files.createDirectories(target);
      for (String name : COPIED) {
        Path file = source.base().resolve(name);
        if (Files.isRegularFile(file) && !Files.isSameFile(source.base(), target)) {
          Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      ObjectNode config = (ObjectNode) source.config().deepCopy();
      // Older transformers read torch_dtype, newer ones dtype; the file keeps what it had.
      boolean older = config.has("torch_dtype");
      if (older) {
        config.put("torch_dtype", dtype.configName());
      }
      if (!older || config.has("dtype")) {
        config.put("dtype", dtype.configName());
      }
      Files.writeString(
          target.resolve("config.json"),
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    } catch (IOException e) {
      throw EngramException.resources(target + " could not be written: " + e.getMessage(), e);
    }
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      WeightFiles.write(target, merged(model.decoder().parameters()), dtype);
    }
  }

  /** W, or W + scale · B A where an adapter sits on it; belongs to the running scope. */
  private static Map<String, Tensor> merged(Parameters parameters) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String name : parameters.names()) {
      Parameters.Adapter adapter = parameters.adapter(name);
      Tensor weight = parameters.get(name);
      if (adapter != null) {
        weight =
            Tensors.scoped(
                () -> {
                  Tensor wide = parameters.get(name).to(adapter.a().scalar_type());
                  return wide.add(adapter.b().mm(adapter.a()).mul(new Scalar(adapter.scale())));
                });
      }
      weights.put(name, weight);
    }
    return weights;
  }
}
