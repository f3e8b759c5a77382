package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.text.NumberText;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import io.engram.unlearn.eval.harness.HarnessTable.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a model can still do: the tasks by which the paper measures utility, measured as by
 * lm-evaluation-harness.
 *
 * <p><b>Source:</b> section 4.1 and Tables 4 to 6, UT; EleutherAI, lm-evaluation-harness.
 * <b>Differs</b> from it only in rounding, in the errors of perplexities, which come from the delta
 * method instead of the bootstrap, and in refusing rows that it would score silently.
 */
public final class HarnessSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "harness";

  /**
   * {@code harness} measures all tasks that need no generation, {@code harness:boolq} one, {@code
   * harness:wmdp} a group, {@code harness:FILE.yaml} one's own.
   */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "what the model can still do, by tasks of lm-evaluation-harness",
          List.of(),
          List.of(EvalSection.Key.DATASETS),
          HarnessTasks::metrics,
          HarnessSuite::open);

  private final Selection selection;
  private final DatasetFolder datasets;
  private final int window;
  private int limitRead = -1;
  private List<RunDocuments> read = List.of();

  /**
   * The suite with these tasks.
   *
   * @param window maximum tokens of the model's input; 0: its own window
   * @throws EngramException if any data is missing
   */
  HarnessSuite(Selection selection, DatasetFolder datasets, int window) {
    this.selection = selection;
    this.datasets = datasets;
    this.window = window;
    requireData();
  }

  private static Suite open(String part, EvalSection settings) {
    HarnessSuite suite =
        new HarnessSuite(Selection.of(part), DatasetFolder.of(settings.datasets()), 0);
    // A row that can't be read is reported now, before other suites have measured for hours.
    suite.documents(settings.limit());
    return suite;
  }

  private void requireData() {
    List<String> faults = new ArrayList<>();
    for (Selection.Run run : selection.runs()) {
      try {
        run.parts().forEach(part -> datasets.find(run.task(), part));
      } catch (EngramException e) {
        faults.add(String.valueOf(e.getMessage()));
      }
    }
    if (!faults.isEmpty()) {
      throw EngramException.file(String.join("\n", faults));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Its tasks: several suites may have different ones. */
  @Override
  public Map<String, Object> measured() {
    Map<String, Object> tasks = new LinkedHashMap<>();
    selection.runs().forEach(run -> tasks.put(NAME + "." + run.id(), run.task()));
    return tasks;
  }

  @Override
  public Evaluation measure(Stage stage) {
    int own = stage.model().config().maxPositions();
    int most = window == 0 ? own : Math.min(window, own);
    TaskRunner runner = new TaskRunner(stage.model(), most, stage.progress());
    HarnessTable table = new HarnessTable(stage.name());
    Notes notes = new Notes(most);
    Map<String, List<?>> rows = new LinkedHashMap<>();
    for (RunDocuments each : documents(stage.limit())) {
      rows.put(NAME + "_" + each.run().name(), measured(each, runner, table, notes));
    }
    table.addAverage(selection);
    List<String> said = new ArrayList<>(notes.all());
    said.addAll(table.measurements().notes());
    return new Evaluation(table.measurements().all(), rows, said);
  }

  /** The documents of all runs; read again only if the limit changes. */
  private synchronized List<RunDocuments> documents(int limit) {
    if (limit != limitRead) {
      read = selection.runs().stream().map(run -> RunDocuments.read(run, datasets, limit)).toList();
      limitRead = limit;
    }
    return read;
  }

  private static List<?> measured(
      RunDocuments of, TaskRunner runner, HarnessTable table, Notes notes) {
    Selection.Run run = of.run();
    of.parts().forEach(part -> notes.counted(run, part.inFiles()));
    if (run.task().kind() == TaskSpec.Kind.ROLLING) {
      RunDocuments.Part pages = of.parts().get(0);
      List<Perplexity.Row> rows = runner.pages(run.task(), pages.rows());
      table.addPages(run, rows);
      notes.ofPages(run.task(), pages.source());
      return rows;
    }
    if (run.task().kind() == TaskSpec.Kind.GENERATE) {
      return answered(of, runner, table, notes);
    }
    Map<String, List<Row>> byPart = new LinkedHashMap<>();
    List<Row> all = new ArrayList<>();
    for (RunDocuments.Part part : of.parts()) {
      List<Row> rows = runner.choices(run.task(), part.name(), part.documents());
      byPart.put(part.name(), rows);
      all.addAll(rows);
      notes.of(part.source());
    }
    table.addChoices(run, byPart);
    notes.ofChoices(run, all);
    return all;
  }

  private static List<AnswerRow> answered(
      RunDocuments of, TaskRunner runner, HarnessTable table, Notes notes) {
    Selection.Run run = of.run();
    Map<String, List<AnswerRow>> byPart = new LinkedHashMap<>();
    List<AnswerRow> all = new ArrayList<>();
    for (RunDocuments.Part part : of.parts()) {
      List<AnswerRow> rows = runner.answers(run.task(), part.name(), part.asked());
      byPart.put(part.name(), rows);
      all.addAll(rows);
      notes.of(part.source());
    }
    table.addAnswers(run, byPart);
    notes.ofAnswers(run, all);
    return all;
  }

  /** What a reader of the numbers should know. */
  private static final class Notes {
    private final int window;
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private final Map<String, Selection.Run> runs = new LinkedHashMap<>();

    Notes(int window) {
      this.window = window;
    }

    /** Says that a task's files have this many more rows. */
    void counted(Selection.Run run, int rows) {
      counts.merge(run.name(), rows, Integer::sum);
      runs.put(run.name(), run);
    }

    /** Notes about the files of a task. */
    void of(TaskRows source) {
      notes.addAll(source.notes());
    }

    void ofPages(TaskSpec task, TaskRows source) {
      of(source);
      notes.add(
          "%s: read in windows of %d tokens; its standard errors are the delta method's over pages"
              .formatted(task.task(), window));
    }

    void ofAnswers(Selection.Run run, List<AnswerRow> rows) {
      ofCut(run, rows.stream().filter(row -> row.cut() > 0).count(), rows.size());
      long limited = rows.stream().filter(row -> row.stopped().equals("limit")).count();
      if (limited > 0) {
        notes.add(
            "%s: %d of %d answers were cut off at %d tokens"
                .formatted(
                    run.id(),
                    limited,
                    rows.size(),
                    Objects.requireNonNull(run.task().generate()).maxNewTokens()));
      }
    }

    private void ofCut(Selection.Run run, long cut, int all) {
      if (cut > 0) {
        notes.add(
            "%s: %d of %d documents don't fit the model's window of %d tokens; the beginning of their context was left out"
                .formatted(run.id(), cut, all, window));
      }
    }

    void ofChoices(Selection.Run run, List<Row> rows) {
      ofCut(run, rows.stream().filter(row -> row.cut() > 0).count(), rows.size());
      long broken =
          rows.stream().filter(row -> !row.logProbs().stream().allMatch(Double::isFinite)).count();
      if (broken > 0) {
        notes.add(
            "%s: %d of %d documents have choices whose log-probability is not finite"
                .formatted(run.id(), broken, rows.size()));
      }
      if (!run.task().higherIsBetter()) {
        Double chance = run.task().chance();
        notes.add(
            "%s: lower is better, for it's knowledge that is to be forgotten%s"
                .formatted(
                    run.id(),
                    chance == null ? "" : "; %s is chance".formatted(NumberText.plain(chance))));
      }
    }

    /** All notes, including those on rows that the files lack. */
    List<String> all() {
      List<String> all = new ArrayList<>(notes);
      counts.forEach(
          (id, count) -> {
            Selection.Run run = Objects.requireNonNull(runs.get(id));
            int whole = run.task().data().rows();
            if (run.group().isEmpty() && whole > 0 && count != whole) {
              all.add("%s: the files have %d rows, the original %d".formatted(id, count, whole));
            }
          });
      return all;
    }
  }
}
