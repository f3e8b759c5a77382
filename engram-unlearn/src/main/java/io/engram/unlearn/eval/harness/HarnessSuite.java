package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.recipe.EvalSection;
import io.engram.core.sample.DataRow;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model still can: the tasks by which the paper measures utility, as lm-evaluation-harness
 * measures them.
 *
 * <p><b>Source:</b> section 4.1 and Tables 4 to 6, UT; EleutherAI, lm-evaluation-harness.
 * <b>Differs</b> from it in nothing but rounding, the errors of perplexities, which are the delta
 * method's instead of the bootstrap's, and rows that are refused where it would score them
 * silently.
 */
public final class HarnessSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "harness";

  /**
   * {@code harness} measures all tasks, {@code harness:boolq} one, {@code harness:wmdp} a group.
   */
  public static final class Kind implements SuiteKind {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      return new HarnessSuite(Selection.of(part), DatasetFolder.of(settings.datasets()), 0);
    }
  }

  private final Selection selection;
  private final DatasetFolder datasets;
  private final int window;

  /**
   * Of these tasks.
   *
   * @param window tokens that the model is given at most; 0: its own window
   * @throws EngramException if the data of any isn't there
   */
  HarnessSuite(Selection selection, DatasetFolder datasets, int window) {
    this.selection = selection;
    this.datasets = datasets;
    this.window = window;
    requireData();
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

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    int own = model.config().maxPositions();
    int most = window == 0 ? own : Math.min(window, own);
    TaskRunner runner = new TaskRunner(model, most, progress);
    HarnessTable table = new HarnessTable(stage);
    HarnessNotes notes = new HarnessNotes(most);
    Map<String, List<?>> rows = new LinkedHashMap<>();
    for (Selection.Run run : selection.runs()) {
      rows.put(NAME + "_" + run.name(), measured(run, limit, runner, table, notes));
    }
    table.addAverage(selection);
    List<String> all = new ArrayList<>(notes.all());
    all.addAll(table.notes());
    return new Evaluation(table.measurements(), rows, all);
  }

  private List<?> measured(
      Selection.Run run, int limit, TaskRunner runner, HarnessTable table, HarnessNotes notes) {
    if (run.task().kind() == TaskSpec.Kind.ROLLING) {
      TaskRows source = source(run, "");
      List<PerplexityRow> rows =
          runner.pages(run.task(), first(source.documents(), run, limit, notes));
      table.addPages(run, rows);
      notes.ofPages(run.task(), source);
      return rows;
    }
    Map<String, List<HarnessRow>> byPart = new LinkedHashMap<>();
    List<HarnessRow> all = new ArrayList<>();
    for (String part : run.parts()) {
      TaskRows source = source(run, part);
      DocumentBuilder builder =
          new DocumentBuilder(
              run.task(), part, run.shots() == 0 ? List.of() : source.examples(run.shots()));
      List<DataRow> documents = first(source.documents(), run, limit, notes);
      List<HarnessRow> rows = runner.choices(run.task(), part, builder.documents(documents));
      byPart.put(part, rows);
      all.addAll(rows);
      notes.of(source);
    }
    table.addChoices(run, byPart);
    notes.ofChoices(run, all);
    return all;
  }

  private TaskRows source(Selection.Run run, String part) {
    return new TaskRows(run.task(), part, datasets.find(run.task(), part));
  }

  private static List<DataRow> first(
      List<DataRow> rows, Selection.Run run, int limit, HarnessNotes notes) {
    boolean cut = limit > 0 && limit < rows.size();
    notes.counted(run, rows.size());
    return cut ? rows.subList(0, limit) : rows;
  }
}
