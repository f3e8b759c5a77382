package io.engram.core.hub;

import io.engram.core.EngramException;
import java.net.URI;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A repository of a hub: finds the commit of a revision, and that commit's files. */
final class Repository {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final Pattern NEXT = Pattern.compile("<([^<>]*)>\\s*;[^,]*\\brel=\"?next\"?");
  private static final int MOST_FILES = 50_000;
  private static final int MOST_PAGES = 100;
  private static final long LARGEST_FILE = 1L << 46;

  private final HubClient client;
  private final HubName name;
  private final HubRefusals refusals;

  Repository(HubClient client, HubName name) {
    this.client = client;
    this.name = name;
    this.refusals = new HubRefusals(client, name);
  }

  HubName name() {
    return name;
  }

  HubRefusals refusals() {
    return refusals;
  }

  /** The current commit of the wanted revision. */
  String commit() {
    HubClient.Answer answer =
        client.api(address(name.api() + "/revision/" + Addresses.name(name.revisionOrMain())));
    String commit = json(answer).path("sha").asString("");
    if (!COMMIT.matcher(commit).matches()) {
      throw refusals.noHub("it names no commit");
    }
    return commit;
  }

  /**
   * All files of a commit, in the hub's order.
   *
   * @throws EngramException of kind FILE if the listing is endless or isn't a listing
   */
  List<RepoFile> files(String commit) {
    Map<String, RepoFile> files = new LinkedHashMap<>();
    Set<URI> seen = new HashSet<>();
    URI at = address(name.api() + "/tree/" + commit + "?recursive=true");
    while (at != null) {
      if (!seen.add(at) || seen.size() > MOST_PAGES) {
        throw EngramException.file(name + ": the hub's list of files never ends.");
      }
      HubClient.Answer answer = client.api(at);
      JsonNode page = json(answer);
      if (!page.isArray()) {
        throw refusals.noHub("no list of files");
      }
      page.forEach(entry -> add(entry, files));
      at = next(answer);
    }
    return List.copyOf(files.values());
  }

  private void add(JsonNode entry, Map<String, RepoFile> files) {
    if (!entry.path("type").asString("").equals("file")) {
      return;
    }
    String path = entry.path("path").asString("");
    JsonNode lfs = entry.path("lfs");
    boolean large = lfs.isObject();
    Optional<RepoFile.Checksum> checksum =
        large
            ? RepoFile.Checksum.parse(RepoFile.Checksum.Kind.SHA256, lfs.path("oid").asString(null))
            : RepoFile.Checksum.parse(
                RepoFile.Checksum.Kind.GIT_SHA1, entry.path("oid").asString(null));
    JsonNode size = (large ? lfs : entry).path("size");
    if (checksum.isEmpty()
        || !size.isIntegralNumber()
        || !size.canConvertToLong()
        || size.longValue() < 0
        || size.longValue() > LARGEST_FILE) {
      throw EngramException.file(
          name + ": the hub gives no usable size and hash of " + Untrusted.quote(path) + ".");
    }
    RepoFile file = new RepoFile(path, size.longValue(), checksum.get());
    if (files.putIfAbsent(path, file) != null) {
      throw EngramException.file(name + ": the hub lists " + Untrusted.quote(path) + " twice.");
    }
    if (files.size() > MOST_FILES) {
      throw EngramException.file(
          "%s has more than %d files; fetch it with another tool.".formatted(name, MOST_FILES));
    }
  }

  private static @Nullable URI next(HubClient.Answer answer) {
    for (String links : answer.headers().allValues("Link")) {
      Matcher matcher = NEXT.matcher(links);
      if (matcher.find()) {
        String link = matcher.group(1);
        return Addresses.follow(answer.uri(), link)
            .orElseThrow(
                () ->
                    EngramException.file(
                        "The hub's next page is at "
                            + Untrusted.quote(link)
                            + ", which isn't an address."));
      }
    }
    return null;
  }

  /** Where a file's bytes are. */
  URI address(String commit, RepoFile file) {
    return address(name.page() + "/resolve/" + commit + "/" + Addresses.path(file.path()));
  }

  /** A small JSON file, checked against its hash. */
  JsonNode read(String commit, RepoFile file) {
    HubClient.Answer answer = client.api(address(commit, file));
    requireOk(answer, file.path());
    MessageDigest digest = file.checksum().start(file.size());
    digest.update(answer.body());
    if (!file.checksum().matches(digest)) {
      throw EngramException.file(
          name + ": the hub sends other bytes for " + file.path() + " than it lists.");
    }
    return Untrusted.json(answer.body())
        .orElseThrow(() -> EngramException.file(name + ": " + file.path() + " isn't JSON."));
  }

  private JsonNode json(HubClient.Answer answer) {
    requireOk(answer, "");
    return Untrusted.json(answer.body()).orElseThrow(() -> refusals.noHub("no JSON"));
  }

  private void requireOk(HubClient.Answer answer, String what) {
    if (answer.status() != 200) {
      throw refusals.of(answer.uri(), answer.status(), answer.headers(), what);
    }
  }

  private URI address(String path) {
    return Addresses.of(client.settings().endpoint(), path);
  }
}
