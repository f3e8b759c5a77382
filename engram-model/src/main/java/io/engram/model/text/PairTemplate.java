package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;

/**
 * A text with a place for the question and one with a place for the answer. The prompt's trailing
 * blanks belong to the answer: the boundary is the end of the prompt without its trailing blanks.
 *
 * @param name its name in outputs
 * @param prompt text with {@code {question}}
 * @param answer text with {@code {answer}}, put right after the prompt
 */
public record PairTemplate(String name, String prompt, String answer) implements PromptTemplate {
  /**
   * Checks that each part has its placeholder.
   *
   * @throws EngramException if one is missing
   */
  public PairTemplate {
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

  @Override
  public Rendered render(String id, Sample.Asked sample) {
    String head = head(id, sample);
    String text = head + answer.replace("{answer}", sample.answer());
    return new Rendered(text, head.stripTrailing().length(), text.length());
  }

  @Override
  public String prompt(String id, Sample.Asked sample) {
    return head(id, sample).stripTrailing();
  }

  @Override
  public String writtenPrompt(String id, Sample.Asked sample) {
    return head(id, sample);
  }

  @Override
  public boolean writesSpecialTokens() {
    return false;
  }

  private String head(String id, Sample.Asked sample) {
    if (sample instanceof Sample.Conversation) {
      throw EngramException.usage(
          "Sample "
              + id
              + " has several messages or a system prompt, for which the template "
              + name
              + " has no place.\nSet model.template: chat (or --template chat), the model's own.");
    }
    return prompt.replace("{question}", sample.question());
  }
}
