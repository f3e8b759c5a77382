package io.engram.model.text;

import io.engram.core.EngramException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Finds a model folder's chat template: chat_template.jinja, else {@code chat_template} in
 * tokenizer_config.json or chat_template.json, a text or a list of named ones.
 */
public final class ChatTemplateFiles {
  private static final String KEY = "chat_template";

  private ChatTemplateFiles() {}

  /**
   * The template; of several, the one called {@code default}.
   *
   * @throws EngramException if there is none, or it can't be parsed
   */
  public static ChatTemplate open(Path folder) {
    ChatTemplate found = find(folder);
    if (found == null) {
      throw EngramException.usage(
          "model.template: chat needs a model with a chat template, and "
              + folder
              + " has none (chat_template.jinja, or chat_template in tokenizer_config.json).\n"
              + "Set model.template to plain, llama2-chat or {prompt: …, answer: …}.");
    }
    return found;
  }

  /** The template; null: there is none. */
  public static @Nullable ChatTemplate find(Path folder) {
    Path own = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(own)) {
      return ChatTemplate.parse(TextFiles.text(own), own.toString(), SpecialTokens.of(folder));
    }
    for (String name : List.of("tokenizer_config.json", "chat_template.json")) {
      Path file = folder.resolve(name);
      JsonNode template = TextFiles.json(file).path(KEY);
      if (!template.isMissingNode() && !template.isNull()) {
        return ChatTemplate.parse(
            source(template, file), file + ": " + KEY, SpecialTokens.of(folder));
      }
    }
    return null;
  }

  private static String source(JsonNode template, Path file) {
    if (template.isString()) {
      return template.asString();
    }
    List<String> names = new ArrayList<>();
    for (JsonNode each : template) {
      String name = each.path("name").asString("");
      if (name.equals("default") && each.path("template").isString()) {
        return each.path("template").asString();
      }
      names.add(name);
    }
    throw EngramException.file(
        file
            + ": "
            + KEY
            + " must be a text or a list with a template named default; it has "
            + names);
  }
}
