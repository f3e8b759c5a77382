package io.engram.core.run;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the model of a run: wherever a MODEL is expected, a run folder means the model that the run
 * produced.
 */
public final class RunModel {
  /** Runs of {@code engram forget --audit} inside of the first have this and a number as name. */
  public static final String STRONGER = "stronger-";

  /** The file that names the one of them that stands attacks best. */
  public static final String BEST = "stronger";

  private static final String MANIFEST = "manifest.json";

  private RunModel() {}

  /**
   * Whether a folder is a run folder, and not a model that happens to contain a file of this name.
   */
  public static boolean isRun(Path folder) {
    return Files.isRegularFile(folder.resolve(MANIFEST))
        && !Files.isRegularFile(folder.resolve("config.json"));
  }

  /**
   * The run whose model is the result: of {@code engram forget --audit} the one that stands attacks
   * best, if it isn't the first.
   *
   * @throws EngramException of kind FILE if the folder names something else
   */
  public static Path best(Path folder) {
    Path file = folder.resolve(BEST);
    if (!Files.isRegularFile(file)) {
      return folder;
    }
    String name = JsonFiles.readText(file).strip();
    if (!name.matches(STRONGER + "\\d{1,9}")) {
      throw EngramException.file(
          "%s names %s, which is not a run in this folder".formatted(file, name));
    }
    return folder.resolve(name);
  }

  /**
   * The model of {@link #best}.
   *
   * @throws EngramException as {@link #of}
   */
  public static Path result(Path folder) {
    return of(best(folder));
  }

  /**
   * {@code model/} of a run folder, or else {@code adapter/}, the only one that {@code scope.merge:
   * false} saves.
   *
   * @throws EngramException of kind FILE if neither exists; the message says why
   */
  public static Path of(Path folder) {
    try (RunFolder run = RunFolder.read(folder)) {
      return Stream.of(run.model(), run.adapter())
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow(() -> EngramException.file(folder + why(folder, run.manifest())));
    }
  }

  private static String why(Path folder, Manifest manifest) {
    String command = manifest.command();
    if (command.startsWith("engram eval")) {
      return " is the folder of an evaluation, which produces no model; it measured "
          + manifest.modelPath()
          + ".";
    }
    if (Files.exists(folder.resolve(VerdictRow.FILE))
        && !Files.exists(folder.resolve("samples.jsonl"))) {
      return " holds no model: the one that was asked knew none of the requests and was left as it is: "
          + manifest.modelPath();
    }
    String name =
        Stream.of("finetune", "forget")
            .filter(other -> command.startsWith("engram " + other))
            .findFirst()
            .orElse("unlearn");
    String resume = "engram %s --resume %s".formatted(name, folder);
    return switch (manifest.status()) {
      case "done" -> " holds no model any more: its model/ (or adapter/) was deleted.";
      case "failed" -> " holds no model: its run failed.\nTo try again: " + resume;
      case "interrupted" -> " holds no model yet: its run was stopped.\nTo finish it: " + resume;
      default ->
          " holds no model yet: its run isn't finished.\nIf it isn't running any more: " + resume;
    };
  }

  /**
   * Checks that a folder does not hold several runs, such as trials, of which one must be named.
   *
   * @throws EngramException of kind USAGE, with the runs' names
   */
  public static void requireSingle(Path folder) {
    List<Path> runs = runsIn(folder);
    if (!runs.isEmpty()) {
      List<String> names = runs.stream().limit(3).map(run -> run.getFileName().toString()).toList();
      throw EngramException.usage(
          "%s holds %d runs (%s%s), not one model.%nName one of them, such as %s."
              .formatted(
                  folder,
                  runs.size(),
                  String.join(", ", names),
                  runs.size() > names.size() ? ", …" : "",
                  runs.get(0)));
    }
  }

  private static List<Path> runsIn(Path folder) {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.filter(RunModel::isRun).sorted().toList();
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
  }
}
