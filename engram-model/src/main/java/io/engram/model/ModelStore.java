package io.engram.model;

import io.engram.core.hub.HubName;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Copies models from file systems that only their own libraries read, such as HDFS and S3; modules
 * that have these provide it by {@link ServiceLoader}.
 */
public interface ModelStore {
  /** What a URI begins with. A single letter would be a drive of Windows. */
  Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://.+");

  /**
   * Copies a model into the local cache, unless the same copy is there.
   *
   * @param uri a folder or GGUF file: {@code hdfs://host/models/mine}
   * @param settings of the libraries that read it
   * @param messages receives what a user should know
   * @return the copy's folder or GGUF file
   * @throws io.engram.core.EngramException if it can't be copied
   */
  Path copy(String uri, Map<String, String> settings, Consumer<String> messages);

  /** Whether it names a model by a URI, and not by a path or a hub's name. */
  static boolean isUri(String model) {
    return URI.matcher(model).matches() && !HubName.isMarked(model);
  }

  /** The one on the class path, with the libraries that it needs; empty if there is none. */
  static Optional<ModelStore> find() {
    try {
      return ServiceLoader.load(ModelStore.class, ModelStore.class.getClassLoader()).findFirst();
    } catch (ServiceConfigurationError | LinkageError e) {
      return Optional.empty();
    }
  }
}
