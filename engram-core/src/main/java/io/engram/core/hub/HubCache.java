package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The local cache of a hub, filled by Engram or by {@code huggingface_hub}. */
public final class HubCache {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,64}");
  private static final long LONGEST_REFERENCE = 200;

  private final Path root;
  private final boolean links;

  private HubCache(Path root, boolean links) {
    this.root = root;
    this.links = links;
  }

  /** The user's cache, by {@code HF_HUB_CACHE}, {@code HF_HOME} and {@code XDG_CACHE_HOME}. */
  public static HubCache here() {
    return of(HubSettings.Environment.here());
  }

  /** A cache in this folder. */
  public static HubCache at(Path root) {
    return new HubCache(root, true);
  }

  static HubCache of(HubSettings.Environment environment) {
    return new HubCache(environment.hubCache(), !environment.isOn("HF_HUB_DISABLE_SYMLINKS"));
  }

  /** The folder with all repositories. */
  public Path root() {
    return root;
  }

  /** Whether snapshots consist of links rather than copies. */
  boolean links() {
    return links;
  }

  Path folder(HubName name) {
    return root.resolve(name.folder());
  }

  /** Whether any file of any revision of this repository is here. */
  public boolean knows(HubName name) {
    return Files.isDirectory(folder(name).resolve("snapshots"));
  }

  /** The folder of a revision, possibly incomplete; empty if it isn't here. */
  public Optional<Path> find(HubName name) {
    Path snapshots = folder(name).resolve("snapshots");
    String revision = name.revisionOrMain();
    String commit = reference(folder(name).resolve("refs").resolve(revision));
    if (commit != null && Files.isDirectory(snapshots.resolve(commit))) {
      return Optional.of(snapshots.resolve(commit));
    }
    if (!COMMIT.matcher(revision).matches() || !Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(snapshots)) {
      List<Path> found =
          all.filter(path -> path.getFileName().toString().startsWith(revision)).toList();
      return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static @Nullable String reference(Path file) {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_REFERENCE) {
        return null;
      }
      String commit = Files.readString(file).strip();
      return COMMIT.matcher(commit).matches() ? commit : null;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The complete folder of a model. Fetches nothing.
   *
   * @throws EngramException of kind FILE if it is missing or incomplete, naming the command that
   *     fetches it
   */
  public Path model(HubName name) {
    Path folder =
        find(name)
            .orElseThrow(
                () ->
                    EngramException.file(
                        "%s is not in the cache %s%s.%nFetch it: %s"
                            .formatted(name, root, others(name), name.command())));
    List<String> missing = SnapshotParts.missing(folder);
    if (!missing.isEmpty()) {
      throw EngramException.file(
          "%s is only partly in the cache: %s is missing in%n%s%nFetch the rest: %s"
              .formatted(name, missing.get(0), folder, name.command()));
    }
    return folder;
  }

  /**
   * Resolves what a user typed for a folder: {@code hf:ORG/NAME}, or an {@code ORG/NAME} that is in
   * the cache and isn't a local path, is that model's folder; everything else is a path, whether it
   * exists or not.
   *
   * @throws EngramException as {@link #model} does
   */
  public Path resolve(String typed) {
    if (HubName.isMarked(typed)) {
      return model(HubName.parse(typed));
    }
    Path path = Path.of(typed);
    Optional<HubName> name = HubName.ofModel(typed).filter(this::knows);
    return name.isPresent() && !Files.exists(path) ? model(name.get()) : path;
  }

  /** Revisions that are here if the wanted one isn't. */
  private String others(HubName name) {
    Path refs = folder(name).resolve("refs");
    if (!Files.isDirectory(refs)) {
      return "";
    }
    try (Stream<Path> all = Files.walk(refs, 4)) {
      List<String> known =
          all.filter(Files::isRegularFile)
              .map(path -> refs.relativize(path).toString().replace('\\', '/'))
              .filter(revision -> !revision.equals(name.revisionOrMain()))
              .sorted()
              .limit(5)
              .toList();
      return known.isEmpty() ? "" : " (there: " + String.join(", ", known) + ")";
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Finds what a model's snapshot lacks. Engram's own snapshots appear complete; those of {@code
   * huggingface_hub} fill up file by file, and it may have been stopped, or asked only for a
   * tokenizer.
   */
  private static final class SnapshotParts {
    private static final String INDEX = "model.safetensors.index.json";
    private static final int DEPTH = 6;
    private static final long LARGEST_INDEX = 64L << 20;

    private SnapshotParts() {}

    /** Names of missing files, or a description of them; empty if it is complete. */
    static List<String> missing(Path snapshot) {
      try (Stream<Path> walk = Files.walk(snapshot, DEPTH)) {
        List<Path> all = walk.toList();
        List<String> missing = new ArrayList<>();
        for (Path path : all) {
          if (Files.isSymbolicLink(path) && !Files.exists(path)) {
            missing.add(snapshot.relativize(path).toString());
          }
        }
        if (all.stream().noneMatch(SnapshotParts::isWeights)) {
          missing.add("any weight file");
        } else if (!Files.exists(snapshot.resolve("model.safetensors"))) {
          missing.addAll(shards(snapshot));
        }
        return missing;
      } catch (IOException e) {
        return List.of(snapshot.toString());
      }
    }

    private static boolean isWeights(Path path) {
      String name = path.toString();
      return name.endsWith(".safetensors") || name.endsWith(".gguf");
    }

    private static List<String> shards(Path snapshot) throws IOException {
      Path index = snapshot.resolve(INDEX);
      if (!Files.isRegularFile(index) || Files.size(index) > LARGEST_INDEX) {
        return List.of();
      }
      JsonNode map =
          Untrusted.json(Files.readAllBytes(index))
              .map(json -> json.path("weight_map"))
              .orElse(null);
      return map == null
          ? List.of(INDEX)
          : map.valueStream()
              .map(shard -> shard.asString(""))
              .distinct()
              .filter(shard -> !isThere(snapshot, shard))
              .toList();
    }

    private static boolean isThere(Path snapshot, String shard) {
      return shard.matches("[\\w.-]+") && Files.exists(snapshot.resolve(shard));
    }
  }
}
