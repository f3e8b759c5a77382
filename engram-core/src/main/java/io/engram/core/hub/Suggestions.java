package io.engram.core.hub;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What may have been meant by a name that a hub doesn't know. Asks the hub; says less if it's mute.
 */
final class Suggestions {
  private static final int MOST = 5;

  private final HubClient client;
  private final HubName name;

  Suggestions(HubClient client, HubName name) {
    this.client = client;
    this.name = name;
  }

  /** For an unknown repository. */
  String ofName() {
    HubName other =
        new HubName(
            name.kind() == HubName.Kind.MODEL ? HubName.Kind.DATASET : HubName.Kind.MODEL,
            name.id(),
            null);
    if (ask(other.api()).isPresent()) {
      return "There is a %s of this name: %s"
          .formatted(other.kind() == HubName.Kind.MODEL ? "model" : "dataset", other.command());
    }
    String last = name.id().substring(name.id().indexOf('/') + 1);
    List<String> near =
        ask("/api/%s?search=%s&limit=%d".formatted(name.kind().plural(), last, MOST))
            .map(found -> texts(found, "id"))
            .orElse(List.of());
    return near.isEmpty()
        ? "The name is written as on its page, ORG/NAME, capitals included."
        : "Similar names: " + String.join(", ", near);
  }

  /** For an unknown revision. */
  String ofRevision() {
    Optional<JsonNode> refs = ask(name.api() + "/refs");
    List<String> known = new ArrayList<>();
    refs.ifPresent(found -> known.addAll(texts(found.path("branches"), "name")));
    refs.ifPresent(found -> known.addAll(texts(found.path("tags"), "name")));
    return known.isEmpty()
        ? "Without @REVISION the newest state is fetched."
        : "It has: " + known.stream().limit(2L * MOST).collect(Collectors.joining(", "));
  }

  private Optional<JsonNode> ask(String path) {
    try {
      HubClient.Answer answer = client.api(Addresses.of(client.settings().endpoint(), path));
      return answer.status() == 200 ? HubJson.read(answer.body()) : Optional.empty();
    } catch (EngramException e) {
      return Optional.empty();
    }
  }

  private static List<String> texts(JsonNode array, String key) {
    return array
        .valueStream()
        .map(each -> each.path(key).asString(""))
        .filter(text -> !text.isBlank())
        .limit(MOST)
        .map(Untrusted::text)
        .toList();
  }
}
