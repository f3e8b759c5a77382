package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.NewFolder;
import io.engram.model.checkpoint.FolderUpdate;
import io.engram.model.checkpoint.Shards;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.GgufTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a Hugging Face folder: weights, config.json, and the base model's tokenizer and generation
 * settings. Besides the model, only one weight at a time is in memory.
 */
final class ModelWriter {
  private static final String CONFIG = "config.json";

  /** What config.json called the number format before it was "dtype". */
  private static final String OLD_DTYPE = "torch_dtype";

  private ModelWriter() {}

  /** Writes the model with adapters merged in. A folder that isn't empty is updated. */
  static void write(LanguageModel model, ModelFolder source, Path target, SaveOptions options) {
    Consumer<Path> writing =
        folder -> {
          writeSettings(source, folder, options.dtype());
          writeTexts(folder, options.texts());
          Shards.write(
              folder,
              new MergedWeights(model.decoder().parameters()),
              options.dtype(),
              options.shardBytes(),
              ProgressListener.NONE);
        };
    replace(target, CONFIG, Shards::isFile, writing);
  }

  /** Writes a PEFT folder: what {@code adapter} writes, and texts. */
  static void writeAdapter(Path target, Map<String, String> texts, Consumer<Path> adapter) {
    Consumer<Path> writing =
        folder -> {
          writeTexts(folder, texts);
          adapter.accept(folder);
        };
    replace(target, "adapter_config.json", name -> false, writing);
  }

  private static void replace(
      Path target, String last, Predicate<String> stale, Consumer<Path> writing) {
    if (isEmpty(target)) {
      NewFolder.write(target, writing);
    } else {
      FolderUpdate.write(target, last, stale, writing);
    }
  }

  private static boolean isEmpty(Path target) {
    if (!Files.isDirectory(target)) {
      return true;
    }
    try (Stream<Path> files = Files.list(target)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw EngramException.file(target + " could not be read: " + e.getMessage(), e);
    }
  }

  /** Writes everything but the weights, whose format is {@code dtype}. */
  static void writeSettings(ModelFolder source, Path target, Dtype dtype) {
    try {
      Files.createDirectories(target);
      if (!Files.isSameFile(source.base(), target)) {
        BaseFiles.copy(source.base(), target);
      }
      GgufTokenizer own = source.ownTokenizer();
      if (own != null) {
        writeJson(target.resolve("tokenizer.json"), own.tree());
        writeJson(target.resolve("tokenizer_config.json"), own.config());
      }
      writeJson(target.resolve(CONFIG), config(source, dtype));
    } catch (IOException e) {
      throw EngramException.resources(target + " could not be written: " + e.getMessage(), e);
    }
  }

  private static void writeTexts(Path folder, Map<String, String> texts) {
    try {
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Files.writeString(folder.resolve(text.getKey()), text.getValue());
      }
    } catch (IOException e) {
      throw EngramException.resources(folder + " could not be written: " + e.getMessage(), e);
    }
  }

  /**
   * The source's config.json, with the format of the weights under the keys that the source uses.
   */
  private static ObjectNode config(ModelFolder source, Dtype dtype) {
    ObjectNode config = (ObjectNode) source.config().deepCopy();
    // Older transformers read torch_dtype, newer ones dtype; the file keeps what it had.
    boolean older = config.has(OLD_DTYPE);
    if (older) {
      config.put(OLD_DTYPE, dtype.configName());
    }
    if (!older || config.has("dtype")) {
      config.put("dtype", dtype.configName());
    }
    return config;
  }

  private static void writeJson(Path file, ObjectNode content) throws IOException {
    Files.writeString(
        file,
        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
  }

  /**
   * What else a model made from this one needs, beside weights and config.json: tokenizer, chat
   * templates, generation settings, and the licence.
   */
  static final class BaseFiles {
    private static final List<Pattern> COPIED =
        Stream.of(
                "tokenizer\\.json",
                "tokenizer_config\\.json",
                "tokenizer\\.model",
                "special_tokens_map\\.json",
                "added_tokens\\.json",
                "vocab\\.json",
                "merges\\.txt",
                "generation_config\\.json",
                "chat_template\\.(jinja|json)",
                "(?i)(licen[cs]e|notice|use_policy)[^/]*")
            .map(Pattern::compile)
            .toList();

    /** Chat templates beside the default one, one file each. */
    private static final String MORE_TEMPLATES = "additional_chat_templates";

    private BaseFiles() {}

    static void copy(Path base, Path target) throws IOException {
      copyMatching(base, target, COPIED);
      Path templates = base.resolve(MORE_TEMPLATES);
      if (Files.isDirectory(templates)) {
        Path copies = Files.createDirectories(target.resolve(MORE_TEMPLATES));
        copyMatching(templates, copies, List.of(Pattern.compile(".*\\.jinja")));
      }
    }

    private static void copyMatching(Path from, Path to, List<Pattern> names) throws IOException {
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString();
          if (names.stream().anyMatch(p -> p.matcher(name).matches())
              && Files.isRegularFile(file)) {
            Files.copy(file, to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }
}
