package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The weights of a Hugging Face folder: model.safetensors, or shards with their index. */
public final class WeightFiles {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private WeightFiles() {}

  /**
   * Reads the weights that a model of these shapes has.
   *
   * @param dtype the number format wanted; null: the file's own
   * @throws EngramException if a file or a weight is missing or a shape differs
   */
  public static Parameters read(
      Path folder, Map<String, long[]> shapes, @Nullable Dtype dtype, Device device) {
    Map<String, Path> files = filesByWeight(folder, shapes.keySet());
    Parameters parameters = new Parameters();
    Map<Path, SafetensorsFile> open = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
        String name = entry.getKey();
        Path path = files.getOrDefault(name, folder.resolve(SINGLE));
        SafetensorsFile file = open.computeIfAbsent(path, SafetensorsFile::new);
        requireShape(file, path, name, entry.getValue());
        try (PointerScope scope = new PointerScope()) {
          Tensor tensor = Tensors.to(file.tensor(name), device);
          parameters.put(name, dtype == null ? tensor : tensor.to(dtype.torch()));
        }
      }
    } catch (RuntimeException e) {
      parameters.close();
      throw e;
    } finally {
      open.values().forEach(SafetensorsFile::close);
    }
    return parameters;
  }

  private static void requireShape(SafetensorsFile file, Path path, String name, long[] wanted) {
    long[] found = file.shapes().get(name);
    if (found == null) {
      throw EngramException.file(
          path + " has no weight " + name + ", which config.json asks for; the two don't match.");
    }
    if (!Arrays.equals(found, wanted)) {
      throw EngramException.file(
          String.format(
              "%s: weight %s has shape %s; config.json asks for %s.",
              path, name, Arrays.toString(found), Arrays.toString(wanted)));
    }
  }

  private static Map<String, Path> filesByWeight(Path folder, Set<String> names) {
    Path index = folder.resolve(INDEX);
    if (Files.isRegularFile(folder.resolve(SINGLE)) || !Files.isRegularFile(index)) {
      requireSingle(folder);
      return Map.of();
    }
    JsonNode map;
    try {
      map = JsonMapper.shared().readTree(index.toFile()).path("weight_map");
    } catch (JacksonException e) {
      throw EngramException.file(index + " is no JSON: " + e.getOriginalMessage(), e);
    }
    Map<String, Path> files = new LinkedHashMap<>();
    Set<String> missing = new LinkedHashSet<>();
    for (String name : names) {
      String shard = map.path(name).asString("");
      if (shard.isEmpty()) {
        missing.add(name);
      } else if (shard.contains("/") || shard.contains("\\") || shard.contains("..")) {
        throw EngramException.file(index + ": \"" + shard + "\" is not a file of this folder.");
      } else {
        files.put(name, folder.resolve(shard));
      }
    }
    if (!missing.isEmpty()) {
      throw EngramException.file(index + " names no shard for " + String.join(", ", missing) + ".");
    }
    return files;
  }

  private static void requireSingle(Path folder) {
    if (Files.isRegularFile(folder.resolve(SINGLE))) {
      return;
    }
    boolean pickle = Files.isRegularFile(folder.resolve("pytorch_model.bin"));
    throw EngramException.file(
        folder
            + " has no model.safetensors"
            + (pickle
                ? "; its pytorch_model.bin is a pickle, which can run code when opened and is not"
                    + " read.\nConvert it: model.save_pretrained(folder, safe_serialization=True)."
                : " and no model.safetensors.index.json; a Hugging Face model folder has one."));
  }

  /** Writes all weights to one model.safetensors. */
  public static void write(Path folder, Map<String, Tensor> weights, Dtype dtype) {
    SafetensorsWriter.write(folder.resolve(SINGLE), weights, dtype);
  }
}
