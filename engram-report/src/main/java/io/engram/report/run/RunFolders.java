package io.engram.report.run;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Run folders, with each trials folder ({@code recipe.yaml}, {@code trial-SEED/}) replaced by its
 * finished trials.
 *
 * @param runs in the order given, trials by seed
 * @param leftOut unfinished trials, one sentence each
 */
public record RunFolders(List<Path> runs, List<String> leftOut) {
  private static final String TRIAL = "trial-\\d{1,18}";

  /**
   * Reads the given folders.
   *
   * @throws EngramException if no trial of a folder is done, or it can't be read
   */
  public static RunFolders of(List<Path> folders) {
    List<Path> runs = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (Path folder : folders) {
      List<Path> trials = isOfTrials(folder) ? trials(folder) : List.of();
      if (trials.isEmpty()) {
        runs.add(folder);
        continue;
      }
      List<Path> done = trials.stream().filter(RunFolders::isDone).toList();
      if (done.isEmpty()) {
        throw EngramException.usage(
            "%s has no finished trial; resume with: engram unlearn --resume %s"
                .formatted(folder, folder));
      }
      runs.addAll(done);
      trials.stream()
          .filter(trial -> !done.contains(trial))
          .forEach(trial -> leftOut.add(trial + " is not finished and is left out."));
    }
    return new RunFolders(runs, leftOut);
  }

  /** The folder's own name; for a trial also that of the folder around it. */
  static String name(Path run) {
    Path folder = run.toAbsolutePath().normalize();
    Path parent = folder.getParent();
    String own = String.valueOf(folder.getFileName());
    return own.matches(TRIAL) && parent != null && isOfTrials(parent)
        ? parent.getFileName() + "/" + own
        : own;
  }

  private static boolean isOfTrials(Path folder) {
    return Files.isRegularFile(folder.resolve("recipe.yaml")) && !isRun(folder);
  }

  private static boolean isRun(Path folder) {
    return Files.exists(folder.resolve("manifest.json"));
  }

  private static List<Path> trials(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(TRIAL))
          .sorted(Comparator.comparingLong(RunFolders::seed))
          .toList();
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
  }

  private static long seed(Path trial) {
    return Long.parseLong(trial.getFileName().toString().substring("trial-".length()));
  }

  private static boolean isDone(Path trial) {
    if (!isRun(trial)) {
      return false;
    }
    try (RunFolder run = RunFolder.read(trial)) {
      return run.manifest().status().equals("done");
    }
  }
}
