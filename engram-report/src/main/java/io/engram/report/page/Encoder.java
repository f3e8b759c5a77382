package io.engram.report.page;

import io.engram.report.run.RunData;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which sentence encoder judged UA and retain accuracy: the paper's results rest on another. */
final class Encoder {
  /** The one the paper's evaluation uses. */
  static final String PAPER = "paraphrase-MiniLM-L6-v2";

  private Encoder() {}

  /** The names the runs recorded under a version whose name contains "encoder". */
  static String of(List<RunData> runs) {
    List<String> names =
        runs.stream()
            .flatMap(run -> run.manifest().versions().entrySet().stream())
            .filter(entry -> entry.getKey().toLowerCase(Locale.ROOT).contains("encoder"))
            .map(Map.Entry::getValue)
            .distinct()
            .toList();
    if (names.isEmpty()) {
      return "which one is not recorded in " + (runs.size() == 1 ? "this run" : "these runs");
    }
    String text = String.join(", ", names);
    return text.contains(PAPER)
        ? text + ", as in the paper"
        : text + ", a stand-in for the paper's " + PAPER;
  }
}
