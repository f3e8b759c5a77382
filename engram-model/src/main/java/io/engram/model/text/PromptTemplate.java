package io.engram.model.text;

import io.engram.core.EngramException;
import java.util.List;

/**
 * How a question and its answer become one text. The prompt's trailing blanks belong to the answer:
 * the boundary is the end of the prompt with its trailing blanks cut.
 *
 * @param name how outputs call it
 * @param prompt text with {@code {question}}
 * @param answer text with {@code {answer}}, put right after the prompt
 */
public record PromptTemplate(String name, String prompt, String answer) {
  /** {@code Question: …\nAnswer: …}, as the TOFU authors for models without a chat format. */
  public static final PromptTemplate PLAIN =
      new PromptTemplate("plain", "Question: {question}\nAnswer: ", "{answer}");

  /** {@code [INST] … [/INST]…}, as the TOFU authors for Llama-2-chat. */
  public static final PromptTemplate LLAMA2_CHAT =
      new PromptTemplate("llama2-chat", "[INST] {question} [/INST]", "{answer}");

  /**
   * Checks that each part has its placeholder.
   *
   * @throws EngramException if one is missing
   */
  public PromptTemplate {
    if (!prompt.contains("{question}") || !answer.contains("{answer}")) {
      throw EngramException.usage(
          "model.template: prompt must contain {question} and answer must contain {answer}; got"
              + " prompt \""
              + prompt
              + "\", answer \""
              + answer
              + "\".");
    }
  }

  /** The built-in template of this name. */
  public static PromptTemplate named(String name) {
    return List.of(PLAIN, LLAMA2_CHAT).stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    "model.template: unknown template \""
                        + name
                        + "\"; plain, llama2-chat or {prompt: …, answer: …} are right."));
  }

  /**
   * A rendered sample.
   *
   * @param text prompt and answer
   * @param boundary where the answer begins, in UTF-16 units of {@code text}
   */
  public record Rendered(String text, int boundary) {}

  /** Puts a question and an answer in. */
  public Rendered render(String question, String answerText) {
    String head = prompt.replace("{question}", question);
    return new Rendered(
        head + answer.replace("{answer}", answerText), head.stripTrailing().length());
  }

  /** What generation starts from: the prompt with its trailing blanks cut. */
  public String promptText(String question) {
    return prompt.replace("{question}", question).stripTrailing();
  }
}
