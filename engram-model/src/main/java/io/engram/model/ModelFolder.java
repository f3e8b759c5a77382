package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.model.checkpoint.PeftAdapter;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.family.Family;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Hugging Face model folder on disk, with the adapter folder over it where MODEL names one.
 *
 * @param base folder with config.json, weights and tokenizer
 * @param adapter PEFT folder, or null
 * @param config the parsed config.json
 * @param decoder what it says
 */
record ModelFolder(Path base, @Nullable Path adapter, JsonNode config, DecoderConfig decoder) {
  /**
   * Finds what MODEL names: {@code mini} and other built-in models, a folder, or an adapter folder.
   *
   * @param base the base of an adapter; null: the one its configuration names
   */
  static ModelFolder find(String model, @Nullable String base) {
    Path folder = locate(model);
    if (PeftAdapter.isAdapter(folder) && !Files.isRegularFile(folder.resolve("config.json"))) {
      String named = base == null ? PeftAdapter.baseModel(folder) : base;
      if (named == null || !exists(named)) {
        throw EngramException.file(
            folder
                + " is an adapter of "
                + named
                + ", which is no folder here.\nName the folder of its base model with --base (or"
                + " model.base in a recipe).");
      }
      return read(locate(named), folder);
    }
    return read(folder, null);
  }

  private static boolean exists(String model) {
    return Files.isDirectory(Path.of(model)) || EngramHome.find("models/" + model).isPresent();
  }

  private static Path locate(String model) {
    Path path = Path.of(model);
    if (Files.isDirectory(path)) {
      return path;
    }
    if (Files.isRegularFile(path)) {
      throw EngramException.usage(
          "MODEL "
              + model
              + " is a file; a Hugging Face model folder or adapter folder is needed.");
    }
    return EngramHome.find("models/" + model)
        .orElseThrow(
            () ->
                EngramException.file(
                    "MODEL "
                        + model
                        + ": no such folder, and no built-in model of this name.\n"
                        + "Built in: mini, mini-retain90. Otherwise name a Hugging Face model"
                        + " folder."));
  }

  private static ModelFolder read(Path folder, @Nullable Path adapter) {
    Path file = folder.resolve("config.json");
    if (!Files.isRegularFile(file)) {
      throw EngramException.file(
          folder + " has no config.json; a Hugging Face model folder has one.");
    }
    try {
      JsonNode config = JsonMapper.shared().readTree(file.toFile());
      return new ModelFolder(folder, adapter, config, Family.readAny(config, file.toString()));
    } catch (JacksonException e) {
      throw EngramException.file(file + " is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The end token: the tokenizer's own by name, else config.json's. */
  int eosId() {
    JsonNode eos = config.path("eos_token_id");
    return eos.isArray() ? eos.path(0).asInt(-1) : eos.asInt(-1);
  }

  /** Tokens at which generation stops: generation_config.json's and config.json's. */
  Set<Integer> stopIds() {
    Set<Integer> ids = new LinkedHashSet<>();
    addIds(config.path("eos_token_id"), ids);
    Path file = base.resolve("generation_config.json");
    if (Files.isRegularFile(file)) {
      addIds(JsonMapper.shared().readTree(file.toFile()).path("eos_token_id"), ids);
    }
    return ids;
  }

  private static void addIds(JsonNode node, Set<Integer> ids) {
    if (node.isArray()) {
      node.forEach(n -> ids.add(n.asInt()));
    } else if (node.isNumber()) {
      ids.add(node.asInt());
    }
  }
}
