package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a question and its answer become one text. */
public interface PromptTemplate {
  /**
   * {@code Question: …\nAnswer: …}, which the TOFU authors use for models without a chat format.
   */
  PromptTemplate PLAIN = new PairTemplate("plain", "Question: {question}\nAnswer: ", "{answer}");

  /** {@code [INST] … [/INST]…}, which the TOFU authors use for Llama-2-chat. */
  PromptTemplate LLAMA2_CHAT =
      new PairTemplate("llama2-chat", "[INST] {question} [/INST]", "{answer}");

  /** The name of the model's own chat template, which is read with the model. */
  String CHAT = "chat";

  /**
   * A rendered sample.
   *
   * @param text prompt and answer
   * @param boundary where the answer begins, in UTF-16 units of {@code text}: tokens that end after
   *     it are labelled
   * @param answerEnd where it ends; what follows belongs to the template
   */
  record Rendered(String text, int boundary, int answerEnd) {}

  /** Its name in outputs. */
  String name();

  /**
   * A sample as one text.
   *
   * @param id the sample's id, for messages
   * @throws EngramException if the template can't render it
   */
  Rendered render(String id, Sample.Asked sample);

  /** The text that generation starts from. */
  String prompt(String id, Sample.Asked sample);

  /** The text before the answer, including trailing blanks. */
  String writtenPrompt(String id, Sample.Asked sample);

  /** Whether it writes special tokens itself, so that the tokenizer must add none. */
  boolean writesSpecialTokens();

  /**
   * The template of this name; null for the model's own chat template.
   *
   * @throws EngramException if there is none of this name
   */
  static @Nullable PromptTemplate named(String name) {
    if (name.equals(CHAT)) {
      return null;
    }
    return List.of(PLAIN, LLAMA2_CHAT).stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    "model.template: unknown template \""
                        + name
                        + "\"; plain, chat, llama2-chat or {prompt: …, answer: …} are right."));
  }
}
