package io.engram.core.sample;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The prompts in a sample file: a field {@code prompt}, a text, or an object with a text. */
public final class Prompts {
  private Prompts() {}

  /**
   * The prompts, in the file's order.
   *
   * @param limit the first so many; 0: all
   * @throws EngramException if the file can't be read, or a row has no prompt, naming its fields
   */
  public static List<String> read(Path file, int limit) {
    return SampleRows.read(file, file.toString(), Math.max(0, limit)).stream()
        .map(Prompts::prompt)
        .toList();
  }

  private static String prompt(SampleRows.Row row) {
    JsonNode prompt = row.fields().path("prompt");
    JsonNode text = prompt.isObject() ? prompt.path("text") : prompt;
    if (!text.isString()) {
      throw EngramException.usage(
          "%s has the fields %s; a prompt, or a prompt with a text, is needed"
              .formatted(row.where(), row.fields().propertyNames()));
    }
    return text.asString();
  }
}
