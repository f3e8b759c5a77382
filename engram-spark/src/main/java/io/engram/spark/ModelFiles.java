package io.engram.spark;

import io.engram.model.checkpoint.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Chooses the files that Engram opens from a model's folder: settings, tokenizer, chat template,
 * and one copy of the weights as safetensors or GGUF. Folders in it are left out.
 */
final class ModelFiles {
  static final String INDEX = "model.safetensors.index.json";

  private static final String SINGLE = "model.safetensors";
  private static final String ADAPTER = "adapter_model.safetensors";
  private static final String GGUF = ".gguf";
  private static final Pattern SMALL =
      Pattern.compile("[^.].*\\.(?:json|txt|jinja|model|tiktoken)");

  private ModelFiles() {}

  /**
   * The names of the files to take.
   *
   * @param names of all files that are directly in the folder
   * @param named the GGUF file that was named; null: the folder was
   * @param shards what {@link #shards} finds in the index, asked only if that decides
   */
  static NavigableSet<String> choose(
      Collection<String> names, @Nullable String named, Supplier<Set<String>> shards) {
    NavigableSet<String> chosen = new TreeSet<>();
    names.stream().filter(name -> SMALL.matcher(name).matches()).forEach(chosen::add);
    if (named != null) {
      chosen.add(named);
      return chosen;
    }
    Set<String> weights =
        names.contains(SINGLE) || !names.contains(INDEX) ? Set.of(SINGLE) : shards.get();
    boolean isTensors = names.stream().anyMatch(name -> name.endsWith(".safetensors"));
    names.stream()
        .filter(
            name ->
                isTensors
                    ? weights.contains(name) || name.equals(ADAPTER)
                    : name.endsWith(GGUF) && !name.startsWith("."))
        .forEach(chosen::add);
    return chosen;
  }

  /** The weight files that an index names. */
  static Set<String> shards(JsonNode index) {
    return index
        .path("weight_map")
        .valueStream()
        .map(shard -> shard.asString(""))
        .collect(Collectors.toSet());
  }

  /**
   * The files to take of a model on this machine, by name.
   *
   * @param model its folder, adapter folder or GGUF file
   */
  static SortedMap<String, Path> of(Path model) throws IOException {
    boolean isFile = Files.isRegularFile(model);
    Path folder = isFile ? Objects.requireNonNull(model.toAbsolutePath().getParent()) : model;
    Set<String> names;
    try (Stream<Path> all = Files.list(folder)) {
      names =
          all.filter(Files::isRegularFile)
              .map(file -> file.getFileName().toString())
              .collect(Collectors.toSet());
    }
    SortedMap<String, Path> files = new TreeMap<>();
    for (String name :
        choose(
            names,
            isFile ? model.getFileName().toString() : null,
            () -> shards(SettingsFile.read(folder.resolve(INDEX))))) {
      files.put(name, folder.resolve(name));
    }
    return files;
  }
}
