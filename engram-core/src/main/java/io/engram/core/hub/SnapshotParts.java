package io.engram.core.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a model's snapshot lacks. Engram's own snapshots appear whole; those of {@code
 * huggingface_hub} fill up file by file, and it may have been stopped, or asked for a tokenizer
 * alone.
 */
final class SnapshotParts {
  private static final String INDEX = "model.safetensors.index.json";
  private static final int DEPTH = 6;
  private static final long LARGEST_INDEX = 64L << 20;

  private SnapshotParts() {}

  /** Names of missing files, or a word for them; empty if it's whole. */
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
        HubJson.read(Files.readAllBytes(index)).map(json -> json.path("weight_map")).orElse(null);
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
