package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model's weights as transformers writes them: {@code model.safetensors}, or above a size {@code
 * model-00001-of-0000N.safetensors} with {@code model.safetensors.index.json}, which names the file
 * of each weight.
 */
public final class Shards {
  /** Maximum bytes per file: 5 GB, which file systems and hubs take without trouble. */
  public static final long DEFAULT_BYTES = 5_000_000_000L;

  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final Pattern FILES =
      Pattern.compile("model(-\\d{5}-of-\\d{5})?\\.safetensors(\\.index\\.json)?");

  private Shards() {}

  /** Whether a file of this name is part of a model's weights. */
  public static boolean isFile(String name) {
    return FILES.matcher(name).matches();
  }

  /**
   * Writes the weights into a folder, in the source's order, one at a time in memory.
   *
   * @param dtype number format of the weights written
   * @param shardBytes maximum bytes of numbers per file; a larger weight has a file to itself
   * @param progress advances by 1 a weight
   * @throws EngramException if a file can't be written
   */
  public static void write(
      Path folder, TensorSource source, Dtype dtype, long shardBytes, ProgressListener progress) {
    Map<String, SafetensorsWriter.WrittenTensor> weights =
        SafetensorsWriter.WrittenTensor.all(source, dtype);
    List<Map<String, SafetensorsWriter.WrittenTensor>> shards = split(weights, shardBytes);
    if (shards.size() == 1) {
      SafetensorsWriter.write(folder.resolve(SINGLE), shards.get(0), progress);
      return;
    }
    Map<String, String> places = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      SafetensorsWriter.write(folder.resolve(name), shards.get(i), progress);
      shards.get(i).keySet().forEach(weight -> places.put(weight, name));
    }
    writeIndex(folder.resolve(INDEX), weights, places);
  }

  /** Files in the order of the weights, each filled until the next weight no longer fits. */
  private static List<Map<String, SafetensorsWriter.WrittenTensor>> split(
      Map<String, SafetensorsWriter.WrittenTensor> weights, long shardBytes) {
    List<Map<String, SafetensorsWriter.WrittenTensor>> shards = new ArrayList<>();
    Map<String, SafetensorsWriter.WrittenTensor> shard = new LinkedHashMap<>();
    long bytes = 0;
    for (Map.Entry<String, SafetensorsWriter.WrittenTensor> weight : weights.entrySet()) {
      long own = weight.getValue().bytes();
      if (!shard.isEmpty() && bytes + own > shardBytes) {
        shards.add(shard);
        shard = new LinkedHashMap<>();
        bytes = 0;
      }
      shard.put(weight.getKey(), weight.getValue());
      bytes += own;
    }
    shards.add(shard);
    return shards;
  }

  private static void writeIndex(
      Path path, Map<String, SafetensorsWriter.WrittenTensor> weights, Map<String, String> places) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put(
        "total_parameters",
        weights.values().stream().mapToLong(SafetensorsWriter.WrittenTensor::count).sum());
    metadata.put(
        "total_size",
        weights.values().stream().mapToLong(SafetensorsWriter.WrittenTensor::bytes).sum());
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", metadata);
    index.put("weight_map", places);
    try {
      Files.writeString(
          path,
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(index) + "\n");
    } catch (IOException e) {
      throw EngramException.resources(path + " could not be written: " + e.getMessage(), e);
    }
  }
}
