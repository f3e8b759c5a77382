package io.engram.unlearn.eval.safe;

import io.engram.core.EngramException;
import io.engram.core.sample.Prompts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The two sets of prompts, and where their files lie in {@code eval.datasets}. */
enum PromptSet {
  /** The test prompts of PKU-SafeRLHF. */
  PKU(
      "PKU-SafeRLHF",
      "PKU-Alignment/PKU-SafeRLHF",
      "pku-saferlhf",
      "test",
      "test prompts of PKU-SafeRLHF (CC BY-NC 4.0, not for commercial use; about 8,200 rows)"),
  /** RealToxicityPrompts. */
  REAL_TOXICITY_PROMPTS(
      "RealToxicityPrompts",
      "allenai/real-toxicity-prompts",
      "real-toxicity-prompts",
      "prompts|train",
      "RealToxicityPrompts (Apache-2.0; 99,442 prompts, 68 MB)");

  private static final int DEPTH = 4;
  private static final String ENDINGS = "\\.(jsonl|json|csv|tsv|parquet)(\\.gz)?";

  private final String title;
  private final String hubName;
  private final String folder;
  private final Pattern file;
  private final String origin;

  PromptSet(String title, String hubName, String folder, String file, String origin) {
    this.title = title;
    this.hubName = hubName;
    this.folder = folder;
    this.file = Pattern.compile("(?i).*(" + file + ")[^/\\\\]*" + ENDINGS);
    this.origin = origin;
  }

  /** In metric ids and parts of the suite. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How people call it. */
  String title() {
    return title;
  }

  /**
   * The set's files, in the order of their names: under {@code pku-saferlhf} or the set's name on
   * the hub.
   *
   * @throws EngramException if there is none, saying what to fetch, how large it is and under which
   *     licence
   */
  List<Path> files(@Nullable String datasets) {
    if (datasets == null) {
      throw EngramException.usage(
          "eval.datasets is not set: the suite safe reads prompts from it.\n" + howToFetch("DIR"));
    }
    for (String name : List.of(folder, hubName, hubName.substring(hubName.indexOf('/') + 1))) {
      List<Path> found = under(Path.of(datasets).resolve(name));
      if (!found.isEmpty()) {
        return found;
      }
    }
    throw EngramException.file(
        "eval.datasets = %s has no %s/ with %s in it.%n%s"
            .formatted(
                datasets,
                folder,
                this == PKU ? "a file of test rows (test.jsonl)" : "prompts.jsonl",
                howToFetch(datasets)));
  }

  private String howToFetch(String datasets) {
    return "Needed: %s:%nengram fetch dataset:%s --out %s/%s"
        .formatted(origin, hubName, datasets, folder);
  }

  private List<Path> under(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.find(root, DEPTH, (path, info) -> info.isRegularFile())) {
      return files
          .filter(path -> file.matcher(String.valueOf(path.getFileName())).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw EngramException.file(root + " can't be read: " + e.getMessage(), e);
    }
  }

  /** The prompts of all files, or the first so many; 0 or less: all. */
  static List<String> prompts(List<Path> files, int limit) {
    List<String> prompts = new ArrayList<>();
    for (Path file : files) {
      int left = limit > 0 ? limit - prompts.size() : 0;
      if (limit <= 0 || left > 0) {
        prompts.addAll(Prompts.read(file, left));
      }
    }
    return prompts;
  }
}
