package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.checkpoint.gguf.GgufFile;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A model's weights: model.safetensors, shards with their index, or a GGUF file. */
public final class WeightFiles {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /** The largest models have 200; each open one takes a mapping, of which systems have 65,530. */
  private static final int MOST_SHARDS = 4096;

  private WeightFiles() {}

  /**
   * Where a folder's weights lie: in its only GGUF file if it has no safetensors, else in the
   * folder.
   *
   * @throws EngramException if it has several GGUF files and no safetensors
   */
  public static Path locate(Path folder) {
    List<Path> gguf = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (file.toString().endsWith(".safetensors")) {
          return folder;
        }
        if (GgufFile.isGguf(file)) {
          gguf.add(file);
        }
      }
    } catch (IOException e) {
      throw EngramException.file(folder + ": could not be read: " + e.getMessage(), e);
    }
    if (gguf.size() > 1) {
      Collections.sort(gguf);
      throw EngramException.usage(
          String.format(
              "%s has %d GGUF files, %s among them.%nName the file itself instead of the folder.",
              folder, gguf.size(), gguf.get(0).getFileName()));
    }
    return gguf.isEmpty() ? folder : gguf.get(0);
  }

  /**
   * Reads the weights that a model of this configuration has.
   *
   * @param weights a Hugging Face folder or a GGUF file
   * @param dtype the number format wanted; null: the file's own, float32 for GGUF
   * @throws EngramException if a file or a weight is missing or a shape differs
   */
  public static Parameters read(
      Path weights, DecoderConfig config, @Nullable Dtype dtype, Device device) {
    Map<String, long[]> shapes = WeightNames.shapes(config);
    if (!GgufFile.isGguf(weights)) {
      return read(weights, shapes, dtype, device);
    }
    try (GgufFile file = new GgufFile(weights)) {
      requireFit(file, shapes);
      return read(name -> file, shapes, dtype, device);
    }
  }

  /**
   * Reads the weights of these shapes from a Hugging Face folder.
   *
   * @param dtype the number format wanted; null: the file's own
   * @throws EngramException if a file or a weight is missing or a shape differs
   */
  public static Parameters read(
      Path folder, Map<String, long[]> shapes, @Nullable Dtype dtype, Device device) {
    Map<String, Path> files = filesByWeight(folder, shapes.keySet());
    Map<Path, TensorFile> open = new LinkedHashMap<>();
    try {
      return read(
          name ->
              open.computeIfAbsent(
                  files.getOrDefault(name, folder.resolve(SINGLE)), SafetensorsFile::new),
          shapes,
          dtype,
          device);
    } finally {
      open.values().forEach(TensorFile::close);
    }
  }

  /**
   * Names of all weights that a Hugging Face folder says it has, in its single file or its index.
   *
   * @throws EngramException if it has neither, or they are damaged
   */
  public static Set<String> names(Path folder) {
    Path index = folder.resolve(INDEX);
    if (!Files.isRegularFile(folder.resolve(SINGLE)) && Files.isRegularFile(index)) {
      return Set.copyOf(weightMap(index).propertyNames());
    }
    requireSingle(folder);
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(SINGLE))) {
      return file.shapes().keySet();
    }
  }

  private static Parameters read(
      Function<String, TensorFile> fileOf,
      Map<String, long[]> shapes,
      @Nullable Dtype dtype,
      Device device) {
    Parameters parameters = new Parameters();
    try {
      for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
        String name = entry.getKey();
        TensorFile file = fileOf.apply(name);
        requireShape(file.path(), file.shapes().get(name), name, entry.getValue());
        try (PointerScope scope = new PointerScope()) {
          Tensor tensor = Tensors.to(file.tensor(name), device);
          parameters.put(name, dtype == null ? tensor : tensor.to(dtype.torch()));
        }
      }
    } catch (RuntimeException e) {
      parameters.close();
      throw e;
    }
    return parameters;
  }

  /**
   * Checks that a GGUF file has the weights of a configuration and no others: one that isn't asked
   * for does something in its model, so the numbers would be wrong.
   *
   * @throws EngramException naming the first that is missing, too many or of another shape
   */
  public static void requireFit(GgufFile file, DecoderConfig config) {
    requireFit(file, WeightNames.shapes(config));
  }

  private static void requireFit(GgufFile file, Map<String, long[]> shapes) {
    Map<String, long[]> found = file.shapes();
    shapes.forEach((name, shape) -> requireShape(file.path(), found.get(name), name, shape));
    for (String name : found.keySet()) {
      if (!shapes.containsKey(name)) {
        throw EngramException.file(
            file.path() + " has a weight " + name + ", which its settings don't ask for.");
      }
    }
  }

  private static void requireShape(Path path, long @Nullable [] found, String name, long[] wanted) {
    String asking = GgufFile.isGguf(path) ? "its settings ask" : "config.json asks";
    if (found == null) {
      throw EngramException.file(
          path + " has no weight " + name + ", which " + asking + " for; the two don't match.");
    }
    if (!Arrays.equals(found, wanted)) {
      throw EngramException.file(
          String.format(
              "%s: weight %s has shape %s; %s for %s.",
              path, name, Arrays.toString(found), asking, Arrays.toString(wanted)));
    }
  }

  private static Map<String, Path> filesByWeight(Path folder, Set<String> names) {
    Path index = folder.resolve(INDEX);
    if (Files.isRegularFile(folder.resolve(SINGLE)) || !Files.isRegularFile(index)) {
      requireSingle(folder);
      return Map.of();
    }
    JsonNode map = weightMap(index);
    Map<String, Path> files = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String name : names) {
      String shard = map.path(name).asString("");
      if (shard.isEmpty()) {
        missing.add(name);
      } else if (!isFileName(shard)) {
        throw EngramException.file(index + ": \"" + shard + "\" is not a file of this folder.");
      } else {
        files.put(name, folder.resolve(shard));
      }
    }
    if (!missing.isEmpty()) {
      throw EngramException.file(
          index
              + " names no shard for "
              + missing.get(0)
              + (missing.size() > 1 ? " and " + (missing.size() - 1) + " other weights" : "")
              + ".");
    }
    long shards = files.values().stream().distinct().count();
    if (shards > MOST_SHARDS) {
      throw EngramException.file(
          index + " names " + shards + " files; at most " + MOST_SHARDS + " can be open at once.");
    }
    return files;
  }

  /**
   * Whether it names a file of the folder itself. The file may be a link to elsewhere: in a hub's
   * cache every file is.
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

  private static JsonNode weightMap(Path index) {
    return SettingsFile.read(index).path("weight_map");
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
                : " and no model.safetensors.index.json; a model folder has one, or a GGUF"
                    + " file."));
  }

  /** Writes all weights to one model.safetensors, one after the other. */
  public static void write(
      Path folder, TensorSource weights, Dtype dtype, ProgressListener progress) {
    SafetensorsWriter.write(folder.resolve(SINGLE), weights, dtype, progress);
  }
}
