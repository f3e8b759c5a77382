package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The safetensors files of a Hugging Face folder: model.safetensors, or shards with their index. A
 * file is opened when one of its weights is first asked for.
 */
final class WeightFolder implements AutoCloseable {
  private static final String SINGLE = Shards.SINGLE;
  private static final String INDEX = Shards.INDEX;

  /**
   * The largest models have 200 files. Each open file takes a mapping, of which systems allow
   * 65,530.
   */
  private static final int MOST_SHARDS = 4096;

  private final Path folder;
  private final Path index;
  private final @Nullable JsonNode shards;
  private final Map<Path, TensorFile> open = new LinkedHashMap<>();

  /**
   * Finds the files.
   *
   * @throws EngramException if there are none or the index isn't valid JSON
   */
  WeightFolder(Path folder) {
    this.folder = folder;
    this.index = folder.resolve(INDEX);
    if (Files.isRegularFile(folder.resolve(SINGLE)) || !Files.isRegularFile(index)) {
      requireSingle();
      shards = null;
      return;
    }
    shards = SettingsFile.read(index).path("weight_map");
  }

  /** The weights that the files claim to hold. */
  Set<String> names() {
    return shards == null
        ? file(folder.resolve(SINGLE)).shapes().keySet()
        : Set.copyOf(shards.propertyNames());
  }

  /**
   * Checks that the index has a shard for each of these names, where there is one.
   *
   * @throws EngramException if not
   */
  void requireShards(Collection<String> names) {
    if (shards == null) {
      return;
    }
    long files = names.stream().map(this::path).distinct().count();
    if (files > MOST_SHARDS) {
      throw EngramException.file(
          index + " names " + files + " files; at most " + MOST_SHARDS + " can be open at once.");
    }
    List<String> missing = names.stream().filter(name -> shard(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw EngramException.file(
          index
              + " names no shard for "
              + missing.get(0)
              + (missing.size() > 1 ? " and " + (missing.size() - 1) + " other weights" : "")
              + ".");
    }
  }

  /**
   * The number format of this weight.
   *
   * @throws EngramException if the folder doesn't have it
   */
  Dtype dtype(String name) {
    try (SafetensorsFile file = new SafetensorsFile(path(name))) {
      return file.dtype(name);
    }
  }

  /** The file that holds, or should hold, this weight; borrowed. */
  TensorFile fileOf(String name) {
    return file(path(name));
  }

  private Path path(String name) {
    String shard = shard(name);
    if (!isFileName(shard)) {
      throw EngramException.file(index + ": \"" + shard + "\" is not a file of this folder.");
    }
    return folder.resolve(shard);
  }

  /**
   * Whether it names a file in the folder itself. The file may be a link to elsewhere, as every
   * file in a hub's cache is.
   */
  private static boolean isFileName(String name) {
    if (name.contains("/") || name.contains("\\") || name.contains("..")) {
      return false;
    }
    try {
      return Path.of(name).getRoot() == null;
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private String shard(String name) {
    return shards == null ? SINGLE : shards.path(name).asString("");
  }

  private TensorFile file(Path path) {
    return open.computeIfAbsent(path, SafetensorsFile::new);
  }

  /**
   * Checks that a head declared as tied equals the embedding.
   *
   * @throws EngramException if not
   */
  void requireEqual(String embedding, String head) {
    try (PointerScope scope = new PointerScope()) {
      if (!fileOf(embedding).tensor(embedding).equal(fileOf(head).tensor(head))) {
        throw EngramException.file(
            String.format(
                "%s: config.json ties the LM head to the embedding, but %s differs from %s.%n"
                    + "Set tie_word_embeddings to false there if the head is right.",
                folder, head, embedding));
      }
    }
  }

  private void requireSingle() {
    if (Files.isRegularFile(folder.resolve(SINGLE))) {
      return;
    }
    Optional<Path> pickle = Pickles.in(folder);
    if (pickle.isPresent()) {
      throw Pickles.refusal(pickle.get());
    }
    throw EngramException.file(
        folder
            + " has no model.safetensors and no model.safetensors.index.json; a model folder has"
            + " one, or a GGUF file.");
  }

  @Override
  public void close() {
    open.values().forEach(TensorFile::close);
  }
}
