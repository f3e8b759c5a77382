package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.settings.Yaml;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.generative.KnownKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The tasks there are: every YAML file beside this class. */
public final class HarnessTasks {
  private static final String GROUPS = "groups.yaml";
  private static final String ENDING = ".yaml";

  /**
   * Tasks under one name.
   *
   * @param tasks their names
   * @param average {@code plain}: of the tasks' acc, each task counting equally; {@code by_size}:
   *     each row counting equally; null: none
   */
  record Group(List<String> tasks, @Nullable String average) {}

  private static final class All {
    static final Map<String, TaskSpec> TASKS = new LinkedHashMap<>();
    static final Map<String, Group> GROUP = new LinkedHashMap<>();

    static {
      read();
    }

    private static void read() {
      for (Map.Entry<String, String> file : files().entrySet()) {
        JsonNode tree = Yaml.value(file.getValue(), file.getKey());
        if (file.getKey().equals(GROUPS)) {
          tree.properties()
              .forEach(
                  entry ->
                      GROUP.put(
                          entry.getKey(),
                          JsonFiles.mapper().treeToValue(entry.getValue(), Group.class)));
        } else {
          TaskSpec task = parse(tree);
          TASKS.put(task.task(), task);
        }
      }
    }
  }

  private HarnessTasks() {}

  /** All tasks by name, sorted. */
  public static Map<String, TaskSpec> all() {
    return All.TASKS;
  }

  static Map<String, Group> groups() {
    return All.GROUP;
  }

  /** The metrics of all tasks. */
  static List<SuiteMetric> metrics() {
    return all().values().stream()
        .flatMap(
            task ->
                task.metrics().stream()
                    .map(measure -> task.metric(task.task() + "." + measure, measure)))
        .toList();
  }

  /**
   * A task in a file of one's own. Its rows are in the file's folder, unless it names another.
   *
   * @throws EngramException with everything that is wrong with it
   */
  static TaskSpec open(Path file) {
    JsonNode tree = Yaml.value(JsonFiles.readText(file), file.toString());
    List<String> faults = KnownKeys.faults(tree, TaskSpec.class);
    if (!faults.isEmpty()) {
      throw wrong(file, faults);
    }
    TaskSpec task;
    try {
      task = parse(tree);
    } catch (JacksonException e) {
      throw EngramException.usage(file + ": " + e.getOriginalMessage());
    }
    faults = TaskCheck.task(task);
    if (!faults.isEmpty()) {
      throw wrong(file, faults);
    }
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    List<String> named = task.data().folders();
    if (named.stream().anyMatch(Objects::isNull)) {
      throw wrong(file, List.of("data.folders: each must be a path, and one is empty"));
    }
    return task.in((named.isEmpty() ? folder : folder.resolve(named.get(0))).toString());
  }

  private static EngramException wrong(Path file, List<String> faults) {
    return EngramException.usage(file + ":\n  " + String.join("\n  ", faults));
  }

  /** A task's YAML. */
  static TaskSpec parse(String yaml) {
    return parse(Yaml.value(yaml, "the task"));
  }

  private static TaskSpec parse(JsonNode tree) {
    return JsonFiles.mapper().treeToValue(tree, TaskSpec.class);
  }

  /** The files beside this class, in a folder or a jar, by name. */
  private static Map<String, String> files() {
    URL one = Objects.requireNonNull(HarnessTasks.class.getResource(GROUPS), GROUPS);
    try {
      URI uri = one.toURI();
      if (!"jar".equals(uri.getScheme())) {
        return texts(Objects.requireNonNull(Path.of(uri).getParent()));
      }
      String[] parts = uri.toString().split("!", 2);
      try (FileSystem jar = FileSystems.newFileSystem(Path.of(URI.create(parts[0].substring(4))))) {
        return texts(Objects.requireNonNull(jar.getPath(parts[1]).getParent()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> texts(Path folder) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(ENDING)).sorted().toList()) {
        texts.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    return texts;
  }
}
