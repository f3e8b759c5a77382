package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a question and its answer become one text. */
public interface PromptTemplate {
  /** {@code Question: …\nAnswer: …}, as the TOFU authors for models without a chat format. */
  PromptTemplate PLAIN = new PairTemplate("plain", "Question: {question}\nAnswer: ", "{answer}");

  /** {@code [INST] … [/INST]…}, as the TOFU authors for Llama-2-chat. */
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
   * @param answerEnd where it ends; what follows is the template's
   */
  record Rendered(String text, int boundary, int answerEnd) {}

  /** How outputs call it. */
  String name();

  /**
   * A sample as one text.
   *
   * @param id the sample's id, for messages
   * @throws EngramException if the template can't render it
   */
  Rendered render(String id, Sample.Asked sample);

  /** What generation starts from. */
  String prompt(String id, Sample.Asked sample);

  /** What stands before the answer, blanks at its end included. */
  String writtenPrompt(String id, Sample.Asked sample);

  /** Whether it writes special tokens itself, so that the tokenizer must add none. */
  boolean writesSpecialTokens();

  /**
   * The template of this name; null: the model's own chat template.
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
