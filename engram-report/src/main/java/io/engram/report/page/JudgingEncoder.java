package io.engram.report.page;

import io.engram.report.run.RunContents;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which sentence encoder judged UA and retain accuracy, since the paper's results use another. */
final class JudgingEncoder {
  /** The encoder of the paper's evaluation. */
  static final String PAPER = "paraphrase-MiniLM-L6-v2";

  private JudgingEncoder() {}

  /** A suite's note in the journal: {@code …; answers judged by NAME; the paper uses …}. */
  private static final Pattern NOTE = Pattern.compile("judged by ([^;]+)");

  /** The names that the runs recorded, in their notes or as a version named "encoder". */
  static String of(List<RunContents> runs) {
    List<String> names = all(runs);
    if (names.isEmpty()) {
      return "which one is not recorded in " + (runs.size() == 1 ? "this run" : "these runs");
    }
    return names.stream().map(JudgingEncoder::besideThePapers).collect(Collectors.joining(" and "));
  }

  /** Only the folder's name says whether an encoder is the paper's. */
  private static String besideThePapers(String name) {
    return name.startsWith(PAPER)
        ? name + " (the paper's, by its name)"
        : name + " (a stand-in for the paper's " + PAPER + ")";
  }

  /**
   * Whether the runs were judged by different encoders, so that their numbers can't be compared.
   */
  static boolean differs(List<RunContents> runs) {
    return all(runs).size() > 1;
  }

  private static List<String> all(List<RunContents> runs) {
    return runs.stream().flatMap(JudgingEncoder::names).distinct().toList();
  }

  /** Whether a note only names the encoder, which the page shows elsewhere. */
  static boolean isNamedIn(String note) {
    return NOTE.matcher(note).find();
  }

  private static Stream<String> names(RunContents run) {
    Stream<String> versions =
        run.manifest().versions().entrySet().stream()
            .filter(entry -> entry.getKey().toLowerCase(Locale.ROOT).contains("encoder"))
            .map(Map.Entry::getValue);
    Stream<String> notes =
        run.journal().notes().stream()
            .flatMap(note -> NOTE.matcher(note).results())
            .map(match -> match.group(1).strip());
    return Stream.concat(versions, notes);
  }
}
