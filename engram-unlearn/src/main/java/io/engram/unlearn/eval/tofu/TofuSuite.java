package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.MinK;
import io.engram.core.recipe.EvalSection;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.EvaluationRow;
import io.engram.unlearn.eval.GreedyAnswers;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.SentenceEncoder;
import io.engram.unlearn.eval.SentenceEncoders;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Table 1 of the paper, on TOFU. Greedy answers of at most 200 tokens with the prompt, to original
 * questions for ROUGE-L and to paraphrased ones for the accuracy of forget and retain set; Min-50 %
 * over prompt and answer for membership inference.
 *
 * <p><b>Source:</b> Table 1; what it is computed by is the evaluator of WAGLE ({@code
 * src/metrics/Tofu.py}). <b>Differs</b> from that where it is at fault: the first generated token
 * isn't dropped, the template has no {@code [\INST]}, the model isn't cast to float16; and in the
 * sentence encoder, which the rows name.
 */
public final class TofuSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "tofu";

  /** The forget sets that can be measured, the default first. */
  public static final List<String> FORGET_SPLITS = List.of("forget10", "forget05", "forget01");

  /**
   * {@code tofu} measures the forgetting of forget10; {@code tofu:forget05} and {@code
   * tofu:forget01} that of the smaller sets.
   */
  public static final class Kind implements SuiteKind {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      TofuSuite suite =
          new TofuSuite(part.isEmpty() ? FORGET_SPLITS.get(0) : part, settings.encoder());
      if (!settings.encoder().equals(EvalSection.BUILT_IN)) {
        SentenceEncoders.shared(settings.encoder());
      }
      return suite;
    }

    @Override
    public String partFor(List<String> forgetData) {
      return FORGET_SPLITS.stream()
          .filter(split -> forgetData.contains(Tofu.PREFIX + split))
          .findFirst()
          .orElse("");
    }
  }

  private static final int TOTAL_TOKENS = 200;
  private static final double MIN_K_SHARE = 0.5;

  private final String forgetSplit;
  private final Supplier<SentenceEncoder> encoder;

  /**
   * With this forget set.
   *
   * @param forgetSplit one of {@link #FORGET_SPLITS}
   * @param encoder which sentence encoder judges: {@code built-in} or a folder
   * @throws EngramException if the split is none of these
   */
  public TofuSuite(String forgetSplit, String encoder) {
    this(forgetSplit, () -> SentenceEncoders.shared(encoder));
  }

  TofuSuite(String forgetSplit, Supplier<SentenceEncoder> encoder) {
    if (!FORGET_SPLITS.contains(forgetSplit)) {
      throw EngramException.usage(
          "eval.suites: tofu:%s is not a forget set of TOFU; there are %s"
              .formatted(forgetSplit, FORGET_SPLITS));
    }
    this.forgetSplit = forgetSplit;
    this.encoder = encoder;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    return run(model, stage, limit, new GreedyAnswers(model), progress);
  }

  @Override
  public Evaluation run(
      LanguageModel model,
      String stage,
      int limit,
      GreedyAnswers answers,
      ProgressListener progress) {
    List<TofuSet> sets =
        List.of(
            TofuSet.read("forget", forgetSplit + "_perturbed", true, limit),
            TofuSet.read("retain", "retain_perturbed", true, limit),
            TofuSet.read("real_authors", "real_authors", false, limit),
            TofuSet.read("world_facts", "world_facts", false, limit));
    List<String> questions = sets.stream().flatMap(set -> questions(set).stream()).toList();
    Map<String, String> outputs = answers.of(questions, TOTAL_TOKENS, progress);
    ParaphraseJudge judge = new ParaphraseJudge(encoder.get());
    Map<String, List<EvaluationRow>> rows = new LinkedHashMap<>();
    RowCounts cut = new RowCounts();
    for (TofuSet set : sets) {
      double[] minK = set.paraphrased() ? minK(model, set, cut, progress) : new double[0];
      rows.put(set.name(), TofuScores.rows(set, outputs, minK, judge));
    }
    TofuTable table = new TofuTable(stage, rows, judge.name());
    List<String> notes = new ArrayList<>(table.notes());
    notes.addAll(TofuNotes.ofRows(rows));
    notes.addAll(noRoom(answers, sets).note(TofuNotes.noRoom(TOTAL_TOKENS)));
    notes.addAll(cut.note(TofuNotes.cut(NAME, model.config().maxPositions())));
    notes.add(
        "tofu measured on %s; forget and retain answers judged by %s"
            .formatted(sets.stream().map(TofuSet::split).toList(), judge.name()));
    return new Evaluation(table.measurements(), rows, notes);
  }

  /** Original and paraphrased ones. */
  private static List<String> questions(TofuSet set) {
    List<String> questions = new ArrayList<>();
    for (TofuRow row : set.rows()) {
      questions.add(row.question());
      if (set.paraphrased()) {
        questions.add(ParaphraseJudge.required(row, row.paraphrasedQuestion(), set.split()));
      }
    }
    return questions;
  }

  private static RowCounts noRoom(GreedyAnswers answers, List<TofuSet> sets) {
    RowCounts counts = new RowCounts();
    for (TofuSet set : sets) {
      counts.count(set.name(), questions(set), q -> !answers.hasRoom(q, TOTAL_TOKENS));
    }
    return counts;
  }

  /**
   * Over question and true answer, every token but the first; of a text that the window doesn't
   * hold over the end of it.
   *
   * @param cut counts such texts
   */
  private static double[] minK(
      LanguageModel model, TofuSet set, RowCounts cut, ProgressListener progress) {
    int window = model.config().maxPositions();
    SampleTokenizer tokenizer = model.samples().unbounded();
    List<TokenizedSample> whole =
        set.rows().stream()
            .map(row -> Sample.of(row.id(), row.question(), row.answer()))
            .map(tokenizer::tokenizeWhole)
            .toList();
    List<TokenizedSample> texts = whole.stream().map(text -> text.within(window)).toList();
    cut.count(set.name(), whole, text -> text.ids().length > window + 1);
    progress.start("Min-K %, " + set.name() + " set", texts.size(), "texts");
    List<double[]> logProbs = new Scorer(model).logProbs(texts, progress);
    progress.finish();
    return logProbs.stream().mapToDouble(scores -> MinK.score(scores, MIN_K_SHARE)).toArray();
  }
}
