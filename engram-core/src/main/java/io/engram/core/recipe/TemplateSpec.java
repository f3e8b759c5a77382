package io.engram.core.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import tools.jackson.databind.JsonNode;

/** {@code model.template}: how a question and its answer become one text. */
public sealed interface TemplateSpec {
  /**
   * A built-in template.
   *
   * @param name {@code plain}, {@code chat} or {@code llama2-chat}
   */
  record Named(@JsonValue String name) implements TemplateSpec {}

  /**
   * A template of the user's own.
   *
   * @param prompt holds {@code {question}}
   * @param answer holds {@code {answer}}; follows the prompt directly
   */
  record Pair(String prompt, String answer) implements TemplateSpec {}

  /** {@code Question: {question}\nAnswer: {answer}}. */
  TemplateSpec PLAIN = new Named("plain");

  /** From a name or a {@code {prompt, answer}} mapping that was checked before. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static TemplateSpec of(JsonNode node) {
    return node.isObject()
        ? new Pair(node.required("prompt").asString(), node.required("answer").asString())
        : new Named(node.asString());
  }
}
