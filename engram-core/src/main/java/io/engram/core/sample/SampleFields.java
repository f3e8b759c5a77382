package io.engram.core.sample;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a row into a sample, by its fields: {@code question}, {@code prompt}, {@code input} or
 * {@code query} (RWKU's) with {@code answer}, {@code response}, {@code completion}, {@code output}
 * or {@code gt} (MUSE's), {@code messages}, {@code text}+{@code labels} (KnowUnDo's, a question and
 * its answer), {@code text}, {@code prompt_ids}+{@code answer_ids}, {@code ids} (looked for in this
 * order of ids first, then messages, then text), an optional {@code id}, and an optional {@code
 * system}, the system prompt before a question or messages.
 */
final class SampleFields {
  private static final List<String> QUESTIONS = List.of("question", "prompt", "input", "query");
  private static final List<String> ANSWERS =
      List.of("answer", "response", "completion", "output", "gt");

  /** All names of fields that make a sample. */
  private static final Set<String> KNOWN =
      Stream.of(QUESTIONS, ANSWERS, List.of("text", "messages", "prompt_ids", "answer_ids", "ids"))
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private SampleFields() {}

  /** The sample in a row; {@code number} is its id if the row has none. */
  static Sample sample(DataRow row, String number) {
    ObjectNode fields = row.fields();
    JsonNode id = fields.path("id");
    if (id.isContainer()) {
      throw EngramException.usage(
          "%s: id is %s; it must be a text or a number".formatted(row.where(), id));
    }
    String name = id.isMissingNode() || id.isNull() ? number : id.asString();
    return new Sample(name, content(fields, row.where()));
  }

  private static Sample.Content content(ObjectNode fields, String where) {
    if (fields.has("answer_ids")) {
      List<Integer> prompt =
          fields.has("prompt_ids") ? ids(fields, "prompt_ids", where) : List.of();
      return new Sample.TokenIds(prompt, ids(fields, "answer_ids", where));
    }
    if (fields.has("ids")) {
      // The first token has nothing before it to predict it from, so all tokens but the first are
      // labelled.
      return new Sample.TokenIds(List.of(), ids(fields, "ids", where));
    }
    if (fields.has("messages")) {
      return new Messages(where).asked(fields);
    }
    Optional<String> question = first(fields, QUESTIONS);
    Optional<String> answer = first(fields, ANSWERS);
    if (question.isPresent() && question.get().equals("input") && fields.has("instruction")) {
      throw EngramException.usage(
          where
              + " has instruction and input; only one field is read as the question, so put both"
              + " into a field question");
    }
    if (question.isPresent() && answer.isPresent()) {
      if (text(fields, question.get(), where).isBlank()) {
        throw EngramException.usage(
            "%s: %s is empty; give a question, or a text without one in the field text"
                .formatted(where, question.get()));
      }
      return new Messages(where)
          .asked(
              fields,
              List.of(new Sample.Message("user", text(fields, question.get(), where))),
              text(fields, answer.get(), where));
    }
    if (fields.path("text").isString() && fields.path("labels").isString()) {
      return new Sample.QuestionAnswer(text(fields, "text", where), text(fields, "labels", where));
    }
    if (fields.has("text")) {
      return new Sample.PlainText(text(fields, "text", where));
    }
    throw EngramException.usage(
        ("%s has the fields %s; a sample needs question and answer, prompt and answer,"
                + " response or completion, input and output, messages, text, prompt_ids and answer_ids, or ids%s")
            .formatted(where, fields.propertyNames(), hint(fields)));
  }

  /** What names of fields that are almost right suggest; empty if there are none. */
  private static String hint(ObjectNode fields) {
    List<String> names = List.copyOf(fields.propertyNames());
    for (String name : names) {
      String lower = name.strip().toLowerCase(Locale.ROOT);
      if (!lower.equals(name) && KNOWN.contains(lower)) {
        return ".\nNames are in lower case, without blanks: rename \"%s\" to %s"
            .formatted(name, lower);
      }
    }
    if (names.size() == 1) {
      for (String separator : List.of(";", "\t", "|", ",")) {
        if (names.get(0).contains(separator)) {
          return ".\nThe header seems to be separated by \"%s\": separate a .csv by commas, a .tsv by tabs"
              .formatted(separator.equals("\t") ? "tab" : separator);
        }
      }
    }
    return "";
  }

  private static Optional<String> first(ObjectNode fields, List<String> names) {
    return names.stream().filter(fields::has).findFirst();
  }

  private static String text(ObjectNode fields, String name, String where) {
    JsonNode value = fields.path(name);
    if (!value.isString()) {
      throw EngramException.usage("%s: %s is %s, not a text".formatted(where, name, value));
    }
    return value.asString();
  }

  private static List<Integer> ids(ObjectNode fields, String name, String where) {
    JsonNode value = fields.path(name);
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : value.isString() ? listed(value.asString()) : value) {
      if (!id.canConvertToInt() || !id.isIntegralNumber() || id.asInt() < 0) {
        throw EngramException.usage(
            "%s: %s holds %s, which is not a token id".formatted(where, name, id));
      }
      ids.add(id.asInt());
    }
    if (!(value.isArray() || value.isString()) || (ids.isEmpty() && !name.equals("prompt_ids"))) {
      throw EngramException.usage(
          "%s: %s is %s, not a list of token ids".formatted(where, name, value));
    }
    return ids;
  }

  /** The numbers in a cell of a table: {@code 1 2 3} or {@code [1, 2, 3]}. */
  private static ArrayNode listed(String cell) {
    ArrayNode numbers = JsonNodeFactory.instance.arrayNode();
    for (String word : cell.replaceAll("[\\[\\],]", " ").strip().split("\\s+", -1)) {
      if (word.matches("\\d{1,9}")) {
        numbers.add(Integer.parseInt(word));
      } else if (!word.isEmpty()) {
        numbers.add(word);
      }
    }
    return numbers;
  }

  /**
   * The conversation in a row: {@code messages}, a list of {@code {role, content}} that ends with
   * the assistant's message, which is the answer; and {@code system}, a system prompt before all of
   * them.
   */
  private static final class Messages {
    private static final String SYSTEM = "system";

    private final String where;

    Messages(String where) {
      this.where = where;
    }

    /** Reads a row's messages and its system prompt. */
    Sample.Asked asked(ObjectNode fields) {
      JsonNode list = fields.path("messages");
      List<Sample.Message> messages = new ArrayList<>();
      for (JsonNode each : list) {
        messages.add(message(each, messages.size()));
      }
      if (!list.isArray() || messages.isEmpty()) {
        throw EngramException.usage(
            "%s: messages is %s, not a list of {role, content}".formatted(where, list));
      }
      Sample.Message last = messages.remove(messages.size() - 1);
      if (!last.role().equals("assistant")) {
        throw EngramException.usage(
            "%s: the last message's role is \"%s\"; it must be \"assistant\", since it is the answer"
                .formatted(where, last.role()));
      }
      if (messages.stream().noneMatch(message -> message.role().equals("user"))) {
        throw EngramException.usage(where + ": messages has no message with the role \"user\"");
      }
      return asked(fields, messages, last.content());
    }

    /**
     * Puts the row's system prompt before these messages; gives a plain question if there is only
     * one message.
     */
    Sample.Asked asked(ObjectNode fields, List<Sample.Message> messages, String answer) {
      JsonNode system = fields.path(SYSTEM);
      List<Sample.Message> all = new ArrayList<>(messages);
      if (system.isString() && !system.asString().isEmpty()) {
        if (messages.get(0).role().equals(SYSTEM)) {
          throw EngramException.usage(
              where + " has a system prompt in system and another in messages");
        }
        all.add(0, new Sample.Message(SYSTEM, system.asString()));
      } else if (!system.isString() && !system.isMissingNode() && !system.isNull()) {
        throw EngramException.usage("%s: system is %s, not a text".formatted(where, system));
      }
      return all.size() == 1
          ? new Sample.QuestionAnswer(all.get(0).content(), answer)
          : new Sample.Conversation(all, answer);
    }

    private Sample.Message message(JsonNode node, int index) {
      for (String name : node.propertyNames()) {
        if (!name.equals("role") && !name.equals("content") && !node.path(name).isNull()) {
          throw EngramException.usage(
              "%s: messages[%d] has %s, which is not supported; role and content are"
                  .formatted(where, index, name));
        }
      }
      JsonNode role = node.path("role");
      JsonNode content = node.path("content");
      if (!role.isString() || !content.isString()) {
        throw EngramException.usage(
            "%s: messages[%d] is %s; it needs a role and a content, both texts"
                .formatted(where, index, node));
      }
      return new Sample.Message(role.asString(), content.asString());
    }
  }
}
