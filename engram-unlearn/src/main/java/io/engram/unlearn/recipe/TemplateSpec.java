package io.engram.unlearn.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.engram.core.settings.Setting;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code model.template}: how a question and its answer are joined into one text. */
public sealed interface TemplateSpec {
  /**
   * A built-in template.
   *
   * @param name {@code plain}, {@code chat} or {@code llama2-chat}
   */
  record Named(@JsonValue String name) implements TemplateSpec {}

  /**
   * A user-defined template.
   *
   * @param prompt contains {@code {question}}
   * @param answer contains {@code {answer}}; follows the prompt directly
   */
  record Pair(String prompt, String answer) implements TemplateSpec {}

  /** {@code Question: {question}\nAnswer: {answer}}. */
  TemplateSpec PLAIN = new Named("plain");

  /** Makes it from a name or a {@code {prompt, answer}} mapping that was checked before. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static TemplateSpec of(JsonNode node) {
    return node.isObject()
        ? new Pair(node.required("prompt").asString(), node.required("answer").asString())
        : new Named(node.asString());
  }

  /** Accepts a name, or a mapping of the two parts. */
  record Kind() implements Setting.ValueKind {
    private static final List<String> NAMES = List.of("plain", "chat", "llama2-chat");

    @Override
    public String text() {
      return String.join(", ", NAMES)
          + ", or {prompt: …, answer: …} with {question} in the prompt and {answer} in the answer";
    }

    @Override
    public boolean admits(JsonNode value) {
      return value.isObject()
          ? List.of("answer", "prompt").equals(value.propertyNames().stream().sorted().toList())
              && holds(value.path("prompt"), "{question}")
              && holds(value.path("answer"), "{answer}")
          : value.isString() && NAMES.contains(value.asString());
    }

    private static boolean holds(JsonNode text, String placeholder) {
      return text.isString() && text.asString().contains(placeholder);
    }
  }
}
