package io.engram.core.hub;

import io.engram.core.EngramException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Which weights of a model are taken: what {@code --file} names, else safetensors, else the only
 * GGUF file. Of the safetensors in the root: {@code model.safetensors}, else the shards that the
 * index names, else all but a second copy under the name {@code consolidated}; an adapter's always.
 */
final class WeightChoice {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String ADAPTER = "adapter_model.safetensors";
  private static final String COPY = "consolidated";
  private static final int SHOWN = 8;

  private final HubName name;
  private final FilePatterns patterns;
  private final Function<RepoFile, JsonNode> read;

  WeightChoice(HubName name, FilePatterns patterns, Function<RepoFile, JsonNode> read) {
    this.name = name;
    this.patterns = patterns;
    this.read = read;
  }

  /** Chooses; empty if there is none. */
  Collection<RepoFile> of(List<RepoFile> listed) {
    List<RepoFile> gguf = listed.stream().filter(file -> ends(file, ".gguf")).toList();
    List<RepoFile> tensors = listed.stream().filter(file -> ends(file, ".safetensors")).toList();
    if (!patterns.isEmpty()) {
      return listed.stream()
          .filter(file -> gguf.contains(file) || tensors.contains(file))
          .filter(file -> patterns.match(FileChoice.safe(file)))
          .toList();
    }
    List<RepoFile> root = tensors.stream().filter(RepoFile::isAtRoot).toList();
    return root.isEmpty() ? onlyGguf(gguf) : needed(root, listed);
  }

  private static boolean ends(RepoFile file, String suffix) {
    return file.name().endsWith(suffix);
  }

  private Collection<RepoFile> needed(List<RepoFile> root, List<RepoFile> listed) {
    Map<String, RepoFile> byName =
        root.stream().collect(Collectors.toMap(RepoFile::name, file -> file));
    if (byName.containsKey(SINGLE)) {
      return where(root, file -> file.equals(SINGLE) || file.equals(ADAPTER));
    }
    for (RepoFile file : listed) {
      if (file.path().equals(INDEX)) {
        Set<String> shards = shards(file, byName);
        return where(root, name -> shards.contains(name) || name.equals(ADAPTER));
      }
    }
    List<RepoFile> own = where(root, name -> !name.startsWith(COPY));
    return own.isEmpty() ? root : own;
  }

  private static List<RepoFile> where(List<RepoFile> files, Predicate<String> isNamed) {
    return files.stream().filter(file -> isNamed.test(file.name())).toList();
  }

  private Set<String> shards(RepoFile index, Map<String, RepoFile> byName) {
    Set<String> shards = new TreeSet<>();
    read.apply(index).path("weight_map").forEach(shard -> shards.add(shard.asString("")));
    for (String shard : shards) {
      if (!byName.containsKey(shard)) {
        throw EngramException.file(
            "%s: its %s names %s, which the repository doesn't have."
                .formatted(name, INDEX, Untrusted.quote(shard)));
      }
    }
    return shards;
  }

  /** Several GGUF files are the same model in several precisions: the user has to choose. */
  private Collection<RepoFile> onlyGguf(List<RepoFile> gguf) {
    Map<String, Long> models = new LinkedHashMap<>();
    gguf.forEach(file -> models.merge(whole(file.path()), file.size(), Long::sum));
    if (models.size() > 1) {
      throw EngramException.usage(
          "%s has %d GGUF models; choose with --file PATTERN ('*.gguf' for all of them):%n%s"
              .formatted(
                  name,
                  models.size(),
                  models.entrySet().stream()
                      .limit(SHOWN)
                      .map(e -> Untrusted.text(e.getKey()) + " " + ByteSize.text(e.getValue()))
                      .collect(Collectors.joining(", ", "", models.size() > SHOWN ? ", …" : ""))));
    }
    return gguf;
  }

  /** Without the number of a part. */
  private static String whole(String path) {
    return path.replaceAll("-\\d{5}-of-\\d{5}(?=\\.gguf$)", "");
  }

  /** A few names, for messages. */
  static String some(List<RepoFile> files) {
    return files.isEmpty()
        ? "no files"
        : files.stream()
            .limit(SHOWN)
            .map(file -> Untrusted.text(file.path()))
            .collect(Collectors.joining(", ", "", files.size() > SHOWN ? ", …" : ""));
  }
}
