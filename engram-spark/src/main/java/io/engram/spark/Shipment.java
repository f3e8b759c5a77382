package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import io.engram.model.LanguageModel;
import io.engram.model.ModelSource;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkFiles;
import org.jspecify.annotations.Nullable;

/**
 * Sends a model's files to executors by Spark's own distribution of files, which knows names but no
 * folders: each file is sent under a name with the model's digest, and an executor makes a folder
 * of links to them.
 */
final class Shipment {
  private static final int DIGITS = 16;

  private Shipment() {}

  /**
   * Sends what Engram opens of a model. Only that counts for the hash that executors check.
   *
   * @param sender receives each file's name and the path of a link to it, which lasts during the
   *     call
   * @throws EngramException if the files can't be read
   */
  static Delivery send(ModelSource source, BiConsumer<String, Path> sender) {
    try {
      Path scratch = Files.createTempDirectory("engram-ship");
      try {
        return send(source, scratch, sender);
      } finally {
        Trees.delete(scratch);
      }
    } catch (IOException e) {
      throw EngramException.file(
          "--spark-ship: the files of %s can't be sent: %s"
              .formatted(source.model(), e.getMessage()),
          e);
    }
  }

  private static Delivery send(ModelSource source, Path scratch, BiConsumer<String, Path> sender)
      throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    String model = link(source.model(), "model", scratch, files);
    String base = source.base() == null ? null : link(source.base(), "base", scratch, files);
    String hash =
        LanguageModel.hash(
            scratch.resolve(model).toString(),
            base == null ? null : scratch.resolve(base).toString());
    String prefix = "engram-" + hash.substring(0, DIGITS);
    SortedMap<String, String> sent = new TreeMap<>();
    Path named = Files.createDirectory(scratch.resolve("named"));
    for (Map.Entry<String, Path> file : files.entrySet()) {
      String name = prefix + "-" + sent.size();
      sent.put(file.getKey(), name);
      sender.accept(name, Files.createSymbolicLink(named.resolve(name), file.getValue()));
    }
    return new Delivery(
        source.requiring(hash),
        new Sent(prefix, sent, model),
        base == null ? null : new Sent(prefix, sent, base));
  }

  /**
   * Links the files of a model.
   *
   * @param files receives what is linked, by its path in the scratch folder
   * @return where the model is, in the scratch folder
   */
  private static String link(String path, String name, Path scratch, Map<String, Path> files)
      throws IOException {
    Path model = Path.of(path);
    Path folder = Files.createDirectory(scratch.resolve(name));
    for (Map.Entry<String, Path> file : ModelFiles.of(model).entrySet()) {
      Path original = file.getValue().toRealPath();
      Files.createSymbolicLink(folder.resolve(file.getKey()), original);
      files.put(name + "/" + file.getKey(), original);
    }
    return Files.isRegularFile(model) ? name + "/" + model.getFileName() : name;
  }

  /**
   * By Spark's distribution of files.
   *
   * @param folder name of the folder of links
   * @param files the names under which they were sent, by their paths in the folder
   * @param opened what is to be opened, in the folder
   */
  record Sent(String folder, SortedMap<String, String> files, String opened)
      implements Delivery.Way {
    @Override
    public String path(String host) {
      return assemble(Path.of(SparkFiles.getRootDirectory()), SparkFiles::get, host).toString();
    }

    /**
     * Makes the folder where it isn't there yet.
     *
     * @param scratch where the folder goes
     * @param arrived gives the path of what was sent under a name
     */
    Path assemble(Path scratch, UnaryOperator<String> arrived, String host) {
      Path whole = scratch.toAbsolutePath().normalize().resolve(folder);
      try {
        for (Map.Entry<String, String> file : files.entrySet()) {
          Path link = whole.resolve(file.getKey());
          Files.createDirectories(parent(link, whole));
          Path original = Path.of(arrived.apply(file.getValue())).toAbsolutePath().normalize();
          if (!Files.isRegularFile(original)) {
            throw EngramException.resources(
                "The model's file %s didn't reach %s, though Spark was to send it (%s)."
                    .formatted(file.getKey(), host, file.getValue()),
                null);
          }
          linked(link, original);
        }
      } catch (IOException e) {
        throw EngramException.resources(
            "%s: the folder %s for a model that was sent can't be made: %s"
                .formatted(host, whole, e.getMessage()),
            e);
      }
      return whole.resolve(opened);
    }

    private static Path parent(Path link, Path whole) {
      @Nullable Path parent = link.getParent();
      return parent == null ? whole : parent;
    }

    private static void linked(Path link, Path original) throws IOException {
      try {
        Files.createSymbolicLink(link, original);
      } catch (FileAlreadyExistsException e) {
        // Made before, for another of this machine's GPUs.
      }
    }
  }
}
