package io.engram.core.hub;

import io.engram.core.EngramException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Explains a hub's refusals by the status and the {@code X-Error-Code} header. */
final class HubRefusals {
  private final HubSettings settings;
  private final HubName name;
  private final Suggestions suggestions;

  HubRefusals(HubClient client, HubName name) {
    this.settings = client.settings();
    this.name = name;
    this.suggestions = new Suggestions(client, name);
  }

  /**
   * Explains an answer that isn't the expected one.
   *
   * @param uri the address that answered
   * @param what was requested: a file's path, or empty for the repository itself
   */
  EngramException of(URI uri, int status, HttpHeaders headers, String what) {
    String code = headers.firstValue("X-Error-Code").orElse("");
    String message = headers.firstValue("X-Error-Message").orElse("");
    if (message.startsWith("Invalid credentials") || message.startsWith("Invalid username")) {
      return badToken();
    }
    return switch (code) {
      case "GatedRepo" -> gated();
      case "RepoNotFound" -> unknown();
      case "RevisionNotFound" -> noRevision();
      case "EntryNotFound" ->
          EngramException.file(name + ": the hub lists " + shown(what) + " but doesn't have it.");
      default -> other(uri, status, message, what);
    };
  }

  private EngramException other(URI uri, int status, String message, String what) {
    if (message.startsWith("Access to this resource is disabled")) {
      return EngramException.usage(name + " was closed by the hub; nobody can fetch it.");
    }
    boolean ofHub = Addresses.Origin.of(uri).equals(Addresses.Origin.of(settings.endpoint()));
    if (ofHub && what.isEmpty() && (status == 401 || status == 404)) {
      return status == 404 && settings.hasOwnEndpoint() ? noHub("status 404") : unknown();
    }
    return EngramException.file(
        "%s%s: %s answers with status %d%s."
            .formatted(
                name,
                what.isEmpty() ? "" : ", " + shown(what),
                uri.getHost(),
                status,
                message.isEmpty() ? "" : " (" + Untrusted.text(message) + ")"));
  }

  /** For an endpoint that isn't a hub. */
  EngramException noHub(String instead) {
    String said = "%s doesn't answer as a hub does (%s).".formatted(settings.endpoint(), instead);
    return settings.hasOwnEndpoint()
        ? EngramException.usage(
            said + "\nHF_ENDPOINT is set to it; unset it, or check the address and " + name + ".")
        : EngramException.file(
            said + "\nA proxy or a sign-in page of the network may be in between.");
  }

  private EngramException gated() {
    HubSettings.Token token = settings.token();
    return EngramException.usage(
        ("%s is gated: accept its owners' terms first, at%n%s%s%n"
                + (token == null
                    ? "Then set HF_TOKEN to a token of that account (%s/settings/tokens)."
                    : "The account of the token in %s has no access yet."))
            .formatted(
                name,
                settings.endpoint(),
                name.page(),
                token == null ? settings.endpoint() : token.source()));
  }

  private EngramException badToken() {
    HubSettings.Token token = settings.token();
    return EngramException.usage(
        "%s doesn't accept the token%s; make a new one at %s/settings/tokens, or do without."
            .formatted(
                settings.endpoint().getHost(),
                token == null ? "" : " in " + token.source(),
                settings.endpoint()));
  }

  private EngramException unknown() {
    String kind = name.kind() == HubName.Kind.MODEL ? "model" : "dataset";
    return EngramException.usage(
        "%s has no %s %s, or it's private%s.%n%s"
            .formatted(
                settings.endpoint().getHost(),
                kind,
                name.id(),
                settings.token() == null ? " (then set HF_TOKEN)" : " to others than you",
                suggestions.ofName()));
  }

  private EngramException noRevision() {
    return EngramException.usage(
        "%s has no revision %s.%n%s"
            .formatted(name.id(), name.revisionOrMain(), suggestions.ofRevision()));
  }

  private static String shown(String path) {
    return Untrusted.text(path);
  }

  /**
   * Suggests what a name unknown to the hub may mean. Asks the hub; says less if it doesn't answer.
   */
  private static final class Suggestions {
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
          ? "Without @REVISION the newest version is fetched."
          : "It has: " + known.stream().limit(2L * MOST).collect(Collectors.joining(", "));
    }

    private Optional<JsonNode> ask(String path) {
      try {
        HubClient.Answer answer = client.api(Addresses.of(client.settings().endpoint(), path));
        return answer.status() == 200 ? Untrusted.json(answer.body()) : Optional.empty();
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
}
