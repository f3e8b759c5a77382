package io.engram.model.encoder;

import io.engram.core.EngramException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a sentence-transformers folder says beside the model: its modules.json lists a transformer,
 * its pooling and perhaps a normalisation. A folder without modules.json is mean-pooled, as there.
 *
 * @param model folder of config.json, weights and tokenizer
 * @param maxTokens longest text in tokens; 0: the tokenizer's own
 * @param lowerCase whether texts are lower-cased before they are tokenised
 * @param normalized whether vectors are scaled to length 1
 * @param files what was read
 */
record SentenceFolder(
    Path model,
    Pooling pooling,
    int maxTokens,
    boolean lowerCase,
    boolean normalized,
    List<Path> files) {
  private static final String MODULES = "modules.json";
  private static final Set<String> SETTINGS_READ = Set.of("max_seq_length", "do_lower_case");

  /** Names that the file of the transformer's settings has had. */
  private static final List<String> SETTINGS_FILES =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_xlm-roberta_config.json");

  /** Settings that newer versions write for a text encoder; they change nothing here. */
  private static final Map<String, String> SETTINGS_TAKEN =
      Map.of(
          "transformer_task", "\"feature-extraction\"",
          "module_output_name", "\"token_embeddings\"",
          "modality_config",
              "{\"text\":{\"method\":\"forward\",\"method_output_name\":\"last_hidden_state\"}}");

  /** Makes the list unmodifiable. */
  SentenceFolder {
    files = List.copyOf(files);
  }

  /**
   * Reads a folder's settings.
   *
   * @throws EngramException if it isn't a folder, or naming a module or setting that isn't
   *     supported
   */
  static SentenceFolder read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw EngramException.file(
          folder
              + ": no such folder; the Hugging Face or sentence-transformers folder of a BERT,"
              + " RoBERTa or MiniLM encoder is needed.");
    }
    List<Path> files = new ArrayList<>();
    requireNoPrompt(folder);
    if (!Files.isRegularFile(folder.resolve(MODULES))) {
      return of(folder, Pooling.MEAN, false, files);
    }
    files.add(folder.resolve(MODULES));
    List<JsonNode> modules =
        EncoderFolder.JsonFile.read(folder.resolve(MODULES)).valueStream().toList();
    List<String> kinds = new ArrayList<>();
    modules.forEach(module -> kinds.add(kind(module)));
    if (!kinds.equals(List.of("Transformer", "Pooling"))
        && !kinds.equals(List.of("Transformer", "Pooling", "Normalize"))) {
      throw EngramException.file(
          folder.resolve(MODULES)
              + ": modules "
              + kinds
              + " are not supported; [Transformer, Pooling] and [Transformer, Pooling, Normalize]"
              + " are.");
    }
    Path pooling = path(folder, modules.get(1)).resolve("config.json");
    files.add(pooling);
    return of(path(folder, modules.get(0)), Pooling.Config.read(pooling), kinds.size() == 3, files);
  }

  private static SentenceFolder of(
      Path model, Pooling pooling, boolean normalized, List<Path> files) {
    Path file =
        SETTINGS_FILES.stream()
            .map(model::resolve)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElse(null);
    if (file == null) {
      return new SentenceFolder(model, pooling, 0, false, normalized, files);
    }
    files.add(file);
    JsonNode settings = EncoderFolder.JsonFile.read(file);
    requireKnown(file, settings);
    JsonNode most = settings.path("max_seq_length");
    boolean given = !most.isMissingNode() && !most.isNull();
    if (given && (!most.isInt() || most.intValue() < 1)) {
      throw EngramException.file(file + ": max_seq_length " + most + " isn't a whole number >= 1.");
    }
    return new SentenceFolder(
        model,
        pooling,
        given ? most.intValue() : 0,
        settings.path("do_lower_case").asBoolean(false),
        normalized,
        files);
  }

  private static void requireKnown(Path file, JsonNode settings) {
    for (Map.Entry<String, JsonNode> setting : settings.properties()) {
      JsonNode value = setting.getValue();
      boolean off = value.isNull() || (value.isContainer() && value.isEmpty());
      boolean taken = value.toString().equals(SETTINGS_TAKEN.get(setting.getKey()));
      boolean isFalse = value.isBoolean() && !value.booleanValue();
      if (!SETTINGS_READ.contains(setting.getKey()) && !off && !taken && !isFalse) {
        throw EngramException.file(
            "%s: %s %s is not supported.".formatted(file, setting.getKey(), value));
      }
    }
  }

  /** {@code Pooling} of {@code sentence_transformers.models.Pooling}, whatever package it's in. */
  private static String kind(JsonNode module) {
    String type = module.path("type").asString("?");
    boolean own = type.startsWith("sentence_transformers.");
    return own ? type.substring(type.lastIndexOf('.') + 1) : type;
  }

  private static Path path(Path folder, JsonNode module) {
    String relative = module.path("path").asString("");
    EngramException fault =
        EngramException.file(
            folder.resolve(MODULES) + ": \"" + relative + "\" is not a folder in this one.");
    try {
      Path path = folder.resolve(relative).normalize();
      if (relative.contains("..") || !path.startsWith(folder.normalize())) {
        throw fault;
      }
      return path;
    } catch (InvalidPathException e) {
      throw fault;
    }
  }

  private static void requireNoPrompt(Path folder) {
    Path file = folder.resolve("config_sentence_transformers.json");
    JsonNode prompt = EncoderFolder.JsonFile.readIfThere(file).path("default_prompt_name");
    if (!prompt.isMissingNode() && !prompt.isNull()) {
      throw EngramException.file(
          file + ": default_prompt_name " + prompt + " is not supported; null is.");
    }
  }
}
