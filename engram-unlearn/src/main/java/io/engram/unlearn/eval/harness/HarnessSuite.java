package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.recipe.EvalSection;
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
      HarnessSuite suite =
          new HarnessSuite(Selection.of(part), DatasetFolder.of(settings.datasets()), 0);
      suite.documents(settings.limit());
      return suite;
    }
  }

  private final Selection selection;
  private final DatasetFolder datasets;
  private final int window;
  private int limitRead = -1;
  private List<RunDocuments> read = List.of();

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
    for (RunDocuments each : documents(limit)) {
      rows.put(NAME + "_" + each.run().name(), measured(each, runner, table, notes));
    }
    table.addAverage(selection);
    List<String> said = new ArrayList<>(notes.all());
    said.addAll(table.notes());
    return new Evaluation(table.measurements(), rows, said);
  }

  /** Of all runs; read once where the limit stays what it was. */
  private synchronized List<RunDocuments> documents(int limit) {
    if (limit != limitRead) {
      read = selection.runs().stream().map(run -> RunDocuments.read(run, datasets, limit)).toList();
      limitRead = limit;
    }
    return read;
  }

  private static List<?> measured(
      RunDocuments of, TaskRunner runner, HarnessTable table, HarnessNotes notes) {
    Selection.Run run = of.run();
    of.parts().forEach(part -> notes.counted(run, part.inFiles()));
    if (run.task().kind() == TaskSpec.Kind.ROLLING) {
      RunDocuments.Part pages = of.parts().get(0);
      List<PerplexityRow> rows = runner.pages(run.task(), pages.rows());
      table.addPages(run, rows);
      notes.ofPages(run.task(), pages.source());
      return rows;
    }
    Map<String, List<HarnessRow>> byPart = new LinkedHashMap<>();
    List<HarnessRow> all = new ArrayList<>();
    for (RunDocuments.Part part : of.parts()) {
      List<HarnessRow> rows = runner.choices(run.task(), part.name(), part.documents());
      byPart.put(part.name(), rows);
      all.addAll(rows);
      notes.of(part.source());
    }
    table.addChoices(run, byPart);
    notes.ofChoices(run, all);
    return all;
  }
}
