package io.engram.core.sample;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The conversation in a row: {@code messages}, a list of {@code {role, content}} whose last one,
 * the assistant's, is the answer; {@code system}, a system prompt before it all.
 */
final class MessageFields {
  private static final String SYSTEM = "system";

  private final String where;

  MessageFields(String where) {
    this.where = where;
  }

  /** The row's messages and its system prompt. */
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
          "%s: the last message's role is \"%s\"; it must be \"assistant\", it is the answer"
              .formatted(where, last.role()));
    }
    if (messages.stream().noneMatch(message -> message.role().equals("user"))) {
      throw EngramException.usage(where + ": messages has none whose role is \"user\"");
    }
    return asked(fields, messages, last.content());
  }

  /** These messages after the row's system prompt; a question alone where there's no more. */
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
          "%s: messages[%d] is %s; a role and a content, both texts, are needed"
              .formatted(where, index, node));
    }
    return new Sample.Message(role.asString(), content.asString());
  }
}
