package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.Trees;
import io.engram.core.hub.FetchLock;
import io.engram.core.hub.HubCache;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.text.NumberText;
import io.engram.model.ModelStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/**
 * Copies models from what Hadoop's client reads into the hub's local cache, once a machine: {@code
 * engram/KEY/NAME/} holds the files, {@code engram/KEY/origin} the URI. KEY is made of the URI and
 * each file's name, length and time of modification, so that a changed model is another copy. Found
 * by {@link java.util.ServiceLoader}.
 */
public final class HadoopModels implements ModelStore {
  private static final String ORIGIN = "origin";
  private static final int DIGITS = 16;

  /** Fails where this module is on the class path, but Spark isn't. */
  public HadoopModels() {
    Objects.requireNonNull(SparkHadoopUtil.class);
  }

  @Override
  public Path copy(String uri, Map<String, String> settings, Consumer<String> messages) {
    SparkConf conf = new SparkConf();
    settings.forEach(conf::set);
    return copy(uri, conf, messages);
  }

  private static Path copy(String uri, SparkConf conf, Consumer<String> messages) {
    return new Copy(
            uri, SparkHadoopUtil.get().newConfiguration(conf), HubCache.here().root(), messages)
        .path();
  }

  /** By a copy on each machine. */
  record Copied(String uri) implements Delivery.Way {
    @Override
    public String path(String host) {
      try {
        return copy(uri, SparkEnv.get().conf(), message -> {}).toString();
      } catch (EngramException e) {
        throw EngramException.file(host + ": " + e.getMessage(), e);
      }
    }
  }

  /** How to get what is a copy here; null if it isn't one. */
  static @Nullable Copied wayOf(String path) {
    return wayOf(Path.of(path), HubCache.here().root());
  }

  static @Nullable Copied wayOf(Path path, Path cache) {
    Path copies = copies(cache);
    for (Path at = path.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      if (copies.equals(at.getParent())) {
        return new Copied(JsonFiles.readText(at.resolve(ORIGIN)));
      }
    }
    return null;
  }

  private static Path copies(Path cache) {
    return cache.toAbsolutePath().normalize().resolve("engram");
  }

  /**
   * One copy.
   *
   * @param uri a folder or GGUF file
   * @param cache the hub's cache
   */
  record Copy(String uri, Configuration configuration, Path cache, Consumer<String> messages) {
    /**
     * Where it is, copied if it wasn't.
     *
     * @throws EngramException if it can't be copied
     */
    Path path() {
      try {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(uri);
        FileSystem files = path.getFileSystem(configuration);
        boolean isFile = files.getFileStatus(path).isFile();
        SortedMap<String, FileStatus> chosen =
            chosen(files, isFile ? path.getParent() : path, isFile ? path.getName() : null);
        Path target = copies(cache).resolve(key(chosen));
        String name = (isFile ? path.getParent() : path).getName();
        Path folder = target.resolve(name.isEmpty() ? "model" : name);
        if (!Files.isDirectory(target)) {
          copy(files, chosen, target, folder);
        }
        return isFile ? folder.resolve(path.getName()) : folder;
      } catch (FileNotFoundException e) {
        throw EngramException.file("MODEL %s: there is no such folder or file.".formatted(uri), e);
      } catch (IOException | IllegalArgumentException e) {
        throw failed(e);
      }
    }

    private SortedMap<String, FileStatus> chosen(
        FileSystem files, org.apache.hadoop.fs.Path folder, @Nullable String named)
        throws IOException {
      SortedMap<String, FileStatus> all = new TreeMap<>();
      for (FileStatus status : files.listStatus(folder)) {
        if (status.isFile()) {
          all.put(status.getPath().getName(), status);
        }
      }
      all.keySet()
          .retainAll(
              ModelFiles.choose(
                  List.copyOf(all.keySet()), named, () -> ModelFiles.shards(index(files, folder))));
      if (named == null
          && !all.containsKey("config.json")
          && !all.containsKey("adapter_config.json")
          && all.keySet().stream().noneMatch(name -> name.endsWith(".gguf"))) {
        throw EngramException.file(
            "MODEL %s: there is no config.json, adapter_config.json or GGUF file in it.%nName the folder that has one."
                .formatted(uri));
      }
      return all;
    }

    private tools.jackson.databind.JsonNode index(
        FileSystem files, org.apache.hadoop.fs.Path folder) {
      try (InputStream in = files.open(new org.apache.hadoop.fs.Path(folder, ModelFiles.INDEX))) {
        return JsonFiles.mapper().readTree(in);
      } catch (IOException | tools.jackson.core.JacksonException e) {
        throw failed(e);
      }
    }

    private String key(SortedMap<String, FileStatus> files) {
      List<String> lines = new ArrayList<>();
      lines.add(uri);
      files.forEach(
          (name, status) ->
              lines.add(name + " " + status.getLen() + " " + status.getModificationTime()));
      return Hashes.sha256(String.join("\n", lines)).substring(0, DIGITS);
    }

    private void copy(
        FileSystem files, SortedMap<String, FileStatus> chosen, Path target, Path folder)
        throws IOException {
      Path lock = cache.resolve(".locks").resolve("engram").resolve(target.getFileName() + ".lock");
      try (FetchLock held = FetchLock.take(lock, ProgressListener.NONE, messages)) {
        if (Files.isDirectory(target)) {
          return; // Another process has copied it meanwhile.
        }
        long bytes = chosen.values().stream().mapToLong(FileStatus::getLen).sum();
        messages.accept("Copying %s (%s) to %s".formatted(uri, NumberText.bytes(bytes), folder));
        Path part = target.resolveSibling(target.getFileName() + ".incomplete");
        Trees.delete(part);
        Path into = Files.createDirectories(part.resolve(String.valueOf(folder.getFileName())));
        for (Map.Entry<String, FileStatus> file : chosen.entrySet()) {
          copy(files, file.getValue(), into.resolve(file.getKey()));
        }
        Files.writeString(part.resolve(ORIGIN), uri);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    private static void copy(FileSystem files, FileStatus from, Path to) throws IOException {
      try (InputStream in = files.open(from.getPath())) {
        long copied = Files.copy(in, to);
        if (copied != from.getLen()) {
          throw new IOException(
              "%s has %d bytes, but %d came".formatted(from.getPath(), from.getLen(), copied));
        }
      }
    }

    private EngramException failed(Exception e) {
      return EngramException.file(
          "MODEL %s can't be copied to %s: %s%nHadoop's client needs the scheme's library on the class path, and its settings as --spark-conf spark.hadoop.KEY=VALUE. HF_HOME chooses another cache."
              .formatted(uri, copies(cache), Cluster.firstLine(e)),
          e);
    }
  }
}
