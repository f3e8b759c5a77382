package io.engram.unlearn.eval.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What a reader of the numbers should know. */
final class HarnessNotes {
  private final int window;
  private final Set<String> notes = new LinkedHashSet<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final Map<String, Selection.Run> runs = new LinkedHashMap<>();

  HarnessNotes(int window) {
    this.window = window;
  }

  /** That so many rows more of a task are in its files. */
  void counted(Selection.Run run, int rows) {
    counts.merge(run.name(), rows, Integer::sum);
    runs.put(run.name(), run);
  }

  /** What the files of a task have to say. */
  void of(TaskRows source) {
    notes.addAll(source.notes());
  }

  void ofPages(TaskSpec task, TaskRows source) {
    of(source);
    notes.add(
        "%s: read in windows of %d tokens; its standard errors are the delta method's over pages"
            .formatted(task.task(), window));
  }

  void ofChoices(Selection.Run run, List<HarnessRow> rows) {
    long cut = rows.stream().filter(row -> row.cut() > 0).count();
    if (cut > 0) {
      notes.add(
          "%s: %d of %d documents don't fit the model's window of %d tokens; the beginning of their context was left out"
              .formatted(run.id(), cut, rows.size(), window));
    }
    long broken =
        rows.stream().filter(row -> !row.logProbs().stream().allMatch(Double::isFinite)).count();
    if (broken > 0) {
      notes.add(
          "%s: %d of %d documents have choices whose log-probability is not finite"
              .formatted(run.id(), broken, rows.size()));
    }
    if (!run.task().higherIsBetter()) {
      notes.add(
          "%s: lower is better, for it's knowledge that is to be forgotten; 0.25 is chance"
              .formatted(run.id()));
    }
  }

  /** All, with those on rows that are missing from the files. */
  List<String> all() {
    List<String> all = new ArrayList<>(notes);
    counts.forEach(
        (id, count) -> {
          Selection.Run run = Objects.requireNonNull(runs.get(id));
          int whole = run.task().data().rows();
          if (run.group().isEmpty() && count != whole) {
            all.add("%s: the files have %d rows, the original %d".formatted(id, count, whole));
          }
        });
    return all;
  }
}
