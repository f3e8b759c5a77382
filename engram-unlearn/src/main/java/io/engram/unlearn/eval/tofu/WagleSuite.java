package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.TruthRatio;
import io.engram.core.recipe.EvalSection;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.AnswerPair;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What the evaluator behind Table 1 computes from log-probabilities, and the table doesn't show:
 * the probability of the true answer, the truth ratio to the paraphrased question, and a "Forget
 * Quality" between forget and retain set of one model. Nothing is generated. A suite beside {@link
 * TofuSuite}, for on a small model the scoring takes a quarter to a half of the time of all that.
 *
 * <p><b>Source:</b> WAGLE, {@code src/metrics/Tofu.py}. <b>Differs:</b> answers have no tag of the
 * template before them, and the template is the model's.
 */
public final class WagleSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "tofu_wagle";

  /**
   * {@code tofu_wagle} measures on forget10, with {@code :forget05} or {@code :forget01} on those.
   */
  public static final class Kind implements SuiteKind {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      String split = part.isEmpty() ? TofuSuite.FORGET_SPLITS.get(0) : part;
      if (!TofuSuite.FORGET_SPLITS.contains(split)) {
        throw EngramException.usage(
            "eval.suites: %s:%s is not a forget set of TOFU; there are %s"
                .formatted(NAME, split, TofuSuite.FORGET_SPLITS));
      }
      return new WagleSuite(split);
    }

    @Override
    public String partFor(List<String> forgetData) {
      return new TofuSuite.Kind().partFor(forgetData);
    }
  }

  private final String forgetSplit;

  private WagleSuite(String forgetSplit) {
    this.forgetSplit = forgetSplit;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    List<TofuSet> sets =
        List.of(
            TofuSet.read("forget", forgetSplit + "_perturbed", true, limit),
            TofuSet.read("retain", "retain_perturbed", true, limit),
            TofuSet.read("real_authors", "real_authors_perturbed", false, limit),
            TofuSet.read("world_facts", "world_facts_perturbed", false, limit));
    AnswerLikelihoods likelihoods = new AnswerLikelihoods(model, sets, progress);
    Map<String, List<WagleRow>> rows = new LinkedHashMap<>();
    Map<String, List<WagleRow>> files = new LinkedHashMap<>();
    RowCounts cut = new RowCounts();
    for (TofuSet set : sets) {
      List<WagleRow> own = rows(set, likelihoods::meanLog);
      rows.put(set.name(), own);
      files.put(NAME + "." + set.name(), own);
      cut.count(set.name(), set.rows(), row -> likelihoods.isCut(set, row));
    }
    WagleTable table = new WagleTable(stage, rows);
    List<String> notes = new ArrayList<>(table.notes());
    notes.addAll(cut.note(TofuNotes.cut(NAME, model.config().maxPositions())));
    notes.add(
        NAME
            + " measured on "
            + sets.stream().map(TofuSet::split).toList()
            + "; its forget quality compares forget and retain set of one model, not with a model"
            + " that never saw the forget set");
    return new Evaluation(table.measurements(), files, notes);
  }

  /**
   * The rows of a set.
   *
   * @param meanLog ℓ̄ of a pair, nats a token
   */
  static List<WagleRow> rows(TofuSet set, ToDoubleFunction<AnswerPair> meanLog) {
    List<WagleRow> rows = new ArrayList<>();
    for (TofuRow row : set.rows()) {
      double right = meanLog.applyAsDouble(set.right(row));
      double[] wrong = set.wrong(row).stream().mapToDouble(meanLog).toArray();
      rows.add(
          new WagleRow(
              row.id(),
              set.name(),
              row.question(),
              row.answer(),
              Math.exp(meanLog.applyAsDouble(TofuSet.answer(row))),
              TruthRatio.arithmeticBounded(right, wrong)));
    }
    return rows;
  }
}
