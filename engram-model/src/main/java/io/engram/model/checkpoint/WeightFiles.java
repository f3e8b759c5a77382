package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.checkpoint.gguf.GgufFile;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorFile;
import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A model's weights: model.safetensors, shards with their index, or a GGUF file. */
public final class WeightFiles {
  private WeightFiles() {}

  /**
   * Where a folder's weights are: in its only GGUF file if it has no safetensors, else in the
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
      return read(weights, config, shapes, dtype, device);
    }
    try (GgufFile file = new GgufFile(weights)) {
      requireFit(file, shapes);
      return read(name -> file, name -> name, shapes, dtype, device);
    }
  }

  private static Parameters read(
      Path folder,
      DecoderConfig config,
      Map<String, long[]> shapes,
      @Nullable Dtype dtype,
      Device device) {
    try (WeightFolder files = new WeightFolder(folder)) {
      StoredNames stored = new StoredNames(config.names(), files.names());
      List<String> wanted = shapes.keySet().stream().map(stored::of).toList();
      files.requireShards(wanted);
      if (files.names().containsAll(wanted)) {
        requireAllAskedFor(folder, stored.strangers(shapes));
      }
      if (config.tiedHead() && stored.head().isPresent()) {
        files.requireEqual(stored.of(config.names().embedding()), stored.head().get());
      }
      return read(files::fileOf, stored::of, shapes, dtype, device);
    }
  }

  /** A weight that nobody asks for does something in its model, so the numbers would be wrong. */
  private static void requireAllAskedFor(Path folder, List<String> strangers) {
    if (!strangers.isEmpty()) {
      throw EngramException.file(
          folder
              + " has a weight "
              + strangers.get(0)
              + (strangers.size() > 1 ? " and " + (strangers.size() - 1) + " others" : "")
              + ", which config.json doesn't ask for; the two don't match.");
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
    try (WeightFolder files = new WeightFolder(folder)) {
      files.requireShards(shapes.keySet());
      return read(files::fileOf, name -> name, shapes, dtype, device);
    }
  }

  /**
   * Names of all weights that a Hugging Face folder says it has, in its single file or its index.
   *
   * @throws EngramException if it has neither, or they are damaged
   */
  public static Set<String> names(Path folder) {
    try (WeightFolder files = new WeightFolder(folder)) {
      return files.names();
    }
  }

  /**
   * The number format that a folder's safetensors files have the embedding in; null if there are
   * none, or for a GGUF file, whose numbers are made on reading.
   *
   * @throws EngramException if a file is missing or damaged
   */
  public static @Nullable Dtype storedDtype(Path weights, DecoderConfig config) {
    if (GgufFile.isGguf(weights)) {
      return null;
    }
    try (WeightFolder files = new WeightFolder(weights)) {
      String stored = new StoredNames(config.names(), files.names()).of(config.names().embedding());
      return files.names().contains(stored) ? files.dtype(stored) : null;
    }
  }

  private static Parameters read(
      Function<String, TensorFile> fileOf,
      UnaryOperator<String> storedName,
      Map<String, long[]> shapes,
      @Nullable Dtype dtype,
      Device device) {
    Parameters parameters = new Parameters();
    try {
      for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
        String name = entry.getKey();
        String stored = storedName.apply(name);
        TensorFile file = fileOf.apply(stored);
        requireShape(file.path(), file.shapes().get(stored), stored, entry.getValue());
        try (PointerScope scope = new PointerScope()) {
          Tensor tensor = Tensors.to(file.tensor(stored), device);
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
   * Checks that a GGUF file has exactly the weights of a configuration: one that nobody asks for
   * does something in its model, so the numbers would be wrong.
   *
   * @throws EngramException naming the first that is missing, unexpected or of another shape
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

  /** Writes all weights in files of at most 5 GB, one weight in memory at a time. */
  public static void write(
      Path folder, TensorSource weights, Dtype dtype, ProgressListener progress) {
    Shards.write(folder, weights, dtype, Shards.DEFAULT_BYTES, progress);
  }

  /**
   * What a Hugging Face file calls a model's weights: as transformers saves them, or without the
   * model's own name before them, as files of the model without its head have them. Masks and
   * rotary frequencies that older files carry along are known and skipped.
   *
   * @param names what the weights are called here
   * @param found what the file has
   */
  record StoredNames(WeightNames names, Set<String> found) {
    private static final Pattern BUFFER =
        Pattern.compile(
            "(.*\\.)?((attn|attention|self_attn)\\.(bias|masked_bias)|rotary_emb\\.inv_freq)");

    /** The name of an untied head in newer versions of some models. */
    private static final String HEAD = "lm_head.weight";

    /** A weight's name in the file; its own name if the file doesn't have it. */
    String of(String weight) {
      return candidates(weight).stream().filter(found::contains).findFirst().orElse(weight);
    }

    private List<String> candidates(String weight) {
      if (weight.equals(names.ownHead())) {
        return List.of(weight, HEAD);
      }
      String base = names.base();
      return weight.startsWith(base)
          ? List.of(weight, weight.substring(base.length()))
          : List.of(weight);
    }

    /** The head, if the file has one although it is tied to the embedding. */
    Optional<String> head() {
      return Optional.of(of(names.ownHead())).filter(found::contains);
    }

    /**
     * Tensors of the file that aren't buffers and that nobody asks for, except the head.
     *
     * @param shapes the weights that are asked for
     */
    List<String> strangers(Map<String, long[]> shapes) {
      Set<String> known = new HashSet<>();
      shapes.keySet().forEach(weight -> known.add(of(weight)));
      head().ifPresent(known::add);
      return found.stream()
          .filter(name -> !known.contains(name) && !BUFFER.matcher(name).matches())
          .sorted()
          .toList();
    }
  }
}
