package io.engram.core.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One sample x of the forget set, the retain set or a training set.
 *
 * @param id the sample's name in every output; unique within its data set
 * @param content the text or the token ids
 */
public record Sample(String id, Content content) {
  /** What a sample consists of. */
  public sealed interface Content {}

  /** A sample that asks for an answer and has one; only the answer is labelled. */
  public sealed interface Asked extends Content {
    /** The question: the user's last message. */
    String question();

    /** The answer. */
    String answer();

    /** All messages before the answer. */
    List<Message> messages();

    /** The same sample with another answer. */
    Asked withAnswer(String other);
  }

  /** A question with its answer. */
  public record QuestionAnswer(String question, String answer) implements Asked {
    @Override
    public List<Message> messages() {
      return List.of(new Message("user", question));
    }

    @Override
    public QuestionAnswer withAnswer(String other) {
      return new QuestionAnswer(question, other);
    }
  }

  /**
   * A conversation of several messages, or with a system prompt. A chat template renders it.
   *
   * @param messages all before the answer; a user's among them
   */
  public record Conversation(List<Message> messages, String answer) implements Asked {
    /** Copies the list. */
    public Conversation {
      messages = List.copyOf(messages);
    }

    @Override
    public String question() {
      return messages.stream()
          .filter(message -> message.role().equals("user"))
          .reduce((earlier, later) -> later)
          .map(Message::content)
          .orElse("");
    }

    @Override
    public Conversation withAnswer(String other) {
      return new Conversation(messages, other);
    }
  }

  /**
   * A message of a conversation.
   *
   * @param role {@code system}, {@code user} or {@code assistant}, or another role that the
   *     template supports
   */
  public record Message(String role, String content) {}

  /** Running text; every token but the first is labelled. */
  public record PlainText(String text) implements Content {}

  /**
   * Token ids used unchanged: no begin or end token is added.
   *
   * @param prompt not labelled; if empty, the first answer token is not labelled either, since
   *     nothing comes before it to predict it from
   * @param answer labelled
   */
  public record TokenIds(List<Integer> prompt, List<Integer> answer) implements Content {
    /** Copies both lists. */
    public TokenIds {
      prompt = List.copyOf(prompt);
      answer = List.copyOf(answer);
    }
  }

  /** The line of a JSON Lines file from which this sample can be read again. */
  public Map<String, Object> row() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", id);
    if (content instanceof QuestionAnswer asked) {
      row.put("question", asked.question());
      row.put("answer", asked.answer());
    } else if (content instanceof Asked talk) {
      List<Message> messages = new ArrayList<>(talk.messages());
      messages.add(new Message("assistant", talk.answer()));
      row.put("messages", messages);
    } else if (content instanceof PlainText text) {
      row.put("text", text.text());
    } else if (content instanceof TokenIds ids) {
      row.put("prompt_ids", ids.prompt());
      row.put("answer_ids", ids.answer());
    }
    return row;
  }

  /** A question with its answer. */
  public static Sample of(String id, String question, String answer) {
    return new Sample(id, new QuestionAnswer(question, answer));
  }
}
