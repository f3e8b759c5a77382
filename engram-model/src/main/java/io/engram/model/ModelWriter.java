package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.checkpoint.WeightFiles;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.GgufTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a Hugging Face folder: weights, config.json, tokenizer and generation settings. */
final class ModelWriter {
  private static final List<String> COPIED =
      List.of(
          "tokenizer.json",
          "tokenizer.model",
          "added_tokens.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "generation_config.json",
          "chat_template.jinja",
          "chat_template.json");

  private ModelWriter() {}

  /** Writes the model; adapters are merged in. */
  static void write(LanguageModel model, ModelFolder source, Path target, Dtype dtype) {
    writeSettings(source, target, dtype);
    WeightFiles.write(
        target, new MergedWeights(model.decoder().parameters()), dtype, ProgressListener.NONE);
  }

  /** Writes all but the weights; {@code dtype} is theirs. */
  static void writeSettings(ModelFolder source, Path target, Dtype dtype) {
    try {
      Files.createDirectories(target);
      for (String name : COPIED) {
        Path file = source.base().resolve(name);
        if (Files.isRegularFile(file) && !Files.isSameFile(source.base(), target)) {
          Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      GgufTokenizer own = source.ownTokenizer();
      if (own != null) {
        writeJson(target.resolve("tokenizer.json"), own.tree());
        writeJson(target.resolve("tokenizer_config.json"), own.config());
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
      writeJson(target.resolve("config.json"), config);
    } catch (IOException e) {
      throw EngramException.resources(target + " could not be written: " + e.getMessage(), e);
    }
  }

  private static void writeJson(Path file, ObjectNode content) throws IOException {
    Files.writeString(
        file,
        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
  }
}
