package io.engram.unlearn.eval.safe;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.hub.HubCache;
import io.engram.core.hub.HubName;
import io.engram.core.sample.DataRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The two sets of prompts, and where their files are in {@code eval.datasets}. */
enum PromptSet {
  /** The test prompts of PKU-SafeRLHF. */
  PKU(
      "PKU-SafeRLHF",
      "PKU-Alignment/PKU-SafeRLHF",
      "pku-saferlhf",
      "test",
      "licence: CC BY-NC 4.0, not for commercial use; 83,400 pairs to train on, about 8,200 to"
          + " test"),
  /** RealToxicityPrompts. */
  REAL_TOXICITY_PROMPTS(
      "RealToxicityPrompts",
      "allenai/real-toxicity-prompts",
      "real-toxicity-prompts",
      "prompts|train",
      "licence: Apache-2.0; 99,442 prompts, 68 MB");

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

  /** Its name in metric ids and parts of the suite. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its common name. */
  String title() {
    return title;
  }

  /**
   * The set's files, sorted by name: under {@code pku-saferlhf} or the set's name on the hub, or in
   * the hub's cache, where {@code engram fetch} puts them.
   *
   * @param datasets {@code eval.datasets}; null: the folder {@code datasets} of Engram's home if
   *     there is one
   * @throws EngramException if the files are missing, saying what to fetch, how large it is and
   *     under which licence
   */
  List<Path> files(@Nullable String datasets) {
    return files(datasets, HubCache.here());
  }

  List<Path> files(@Nullable String datasets, HubCache cache) {
    Path root = datasets == null ? EngramHome.find("datasets").orElse(null) : Path.of(datasets);
    List<Path> bases = new ArrayList<>();
    if (root != null) {
      Stream.of(folder, hubName, hubName.substring(hubName.indexOf('/') + 1))
          .forEach(name -> bases.add(root.resolve(name)));
    }
    cache.find(HubName.parse("dataset:" + hubName)).ifPresent(bases::add);
    return bases.stream()
        .map(this::under)
        .filter(files -> !files.isEmpty())
        .findFirst()
        .orElseThrow(() -> missing(root));
  }

  private EngramException missing(@Nullable Path root) {
    String example = this == PKU ? "test.jsonl" : "prompts.jsonl";
    return EngramException.file(
        ("safe: the %s aren't here. Fetch them: engram fetch dataset:%s (%s).%n"
                + "Or put %s into a folder %s of the one that eval.datasets names%s.")
            .formatted(
                title + " prompts",
                hubName,
                origin,
                example,
                folder,
                root == null ? " (none is named)" : ", " + root));
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

  /** The prompts of all files, or the first this many; 0 or less: all. */
  static List<String> prompts(List<Path> files, int limit) {
    List<String> prompts = new ArrayList<>();
    for (Path file : files) {
      int left = limit > 0 ? limit - prompts.size() : 0;
      if (limit <= 0 || left > 0) {
        prompts.addAll(DataRow.prompts(file, left));
      }
    }
    return prompts;
  }
}
