package io.engram.unlearn.eval.tofu;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.metric.MinK;
import io.engram.core.metric.RougeL;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.GreedyAnswers;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.judge.SentenceEncoders;
import io.engram.unlearn.eval.tofu.ParaphraseJudge.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Table 1 of the paper, on TOFU: {@link UnlearningCompleteness} and {@link ModelUtility}. Greedy
 * answers of at most 200 tokens with the prompt, to original questions for ROUGE-L and to
 * paraphrased ones for the accuracy of forget and retain set; facts are right if they occur in the
 * answer; Min-50 % over prompt and answer for membership inference.
 *
 * <p><b>Source:</b> Table 1; computed in the paper by the evaluator of WAGLE ({@code
 * src/metrics/Tofu.py}). <b>Differs</b> from that where it is wrong: the first generated token
 * isn't dropped, the template has no {@code [\INST]}, the model isn't cast to float16; and in the
 * sentence encoder, which the rows name.
 */
public final class TofuSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "tofu";

  /** The name of the judge of facts in rows. */
  static final String CONTAINMENT = "containment";

  static final List<SuiteMetric> METRICS =
      List.of(
          ratio("forget.unlearning_accuracy", true),
          ratio("forget.mia_auc", true).byChance(0.5),
          ratio("forget.rouge_l_recall", false),
          ratio("forget.rouge_l_recall_complement", true),
          ratio("retain.accuracy", true),
          ratio("retain.rouge_l_recall", true),
          ratio("real_authors.accuracy", true),
          ratio("real_authors.rouge_l_recall", true),
          ratio("world_facts.accuracy", true),
          ratio("world_facts.rouge_l_recall", true),
          ratio("unlearning_completeness", true),
          ratio("model_utility_mean", true));

  /** {@code tofu} measures the forgetting of forget10, {@code tofu:forget05} that of forget05. */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "unlearning completeness and model utility of Table 1, on TOFU",
          TofuSet.FORGET_SPLITS,
          List.of(EvalSection.Key.ENCODER),
          () -> METRICS,
          TofuSuite::open);

  private static final int TOTAL_TOKENS = 200;
  private static final double MIN_K_SHARE = 0.5;

  private final String forgetSplit;
  private final String encoder;

  private TofuSuite(String forgetSplit, String encoder) {
    this.forgetSplit = forgetSplit;
    this.encoder = encoder;
  }

  private static Suite open(String part, EvalSection settings) {
    if (!settings.encoder().equals(EvalSection.BUILT_IN)) {
      SentenceEncoders.shared(settings.encoder());
    }
    return new TofuSuite(TofuSet.forgetSplit(part), settings.encoder());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation measure(Stage stage) {
    List<TofuSet> sets = TofuSet.asked(forgetSplit, stage.limit());
    List<String> questions = sets.stream().flatMap(set -> questions(set).stream()).toList();
    Map<String, String> outputs = stage.answers().of(questions, TOTAL_TOKENS, stage.progress());
    ParaphraseJudge judge = new ParaphraseJudge(SentenceEncoders.shared(encoder));
    Map<String, List<EvaluationRow>> rows = new LinkedHashMap<>();
    RowCounts cut = new RowCounts();
    for (TofuSet set : sets) {
      double[] minK = set.hasSentences() ? minK(stage, set, cut) : new double[0];
      rows.put(set.name(), rows(set, outputs, minK, judge));
    }
    Measurements measurements = measurements(stage.name(), rows, judge.name());
    List<String> notes = new ArrayList<>(measurements.notes());
    notes.addAll(notes(rows));
    notes.addAll(
        noRoom(stage.answers(), sets)
            .note(
                "tofu: questions with an empty answer because their prompt fills %d tokens or the window"
                    .formatted(TOTAL_TOKENS)));
    notes.addAll(cut.note(cutNote(NAME, stage.model())));
    notes.add(
        "tofu measured on %s; forget and retain answers judged by %s"
            .formatted(sets.stream().map(TofuSet::source).toList(), judge.name()));
    return new Evaluation(measurements.all(), rows, notes);
  }

  /** The note about rows that don't fit into the window. */
  static String cutNote(String suite, LanguageModel model) {
    return "%s: rows with a question and answer longer than the model's window of %d tokens, scored without their beginning"
        .formatted(suite, model.config().maxPositions());
  }

  /** Original and paraphrased questions. */
  private static List<String> questions(TofuSet set) {
    List<String> questions = new ArrayList<>();
    for (TofuRow row : set.rows()) {
      questions.add(row.question());
      if (set.hasSentences()) {
        questions.add(set.paraphrasedQuestion(row));
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
   * Over question and true answer, every token but the first; over the end of a text that doesn't
   * fit into the window.
   *
   * @param cut counts such texts
   */
  private static double[] minK(Stage stage, TofuSet set, RowCounts cut) {
    LanguageModel model = stage.model();
    int window = model.config().maxPositions();
    SampleTokenizer tokenizer = model.samples().unbounded();
    List<TokenizedSample> whole =
        set.rows().stream()
            .map(row -> Sample.of(row.id(), row.question(), row.answer()))
            .map(tokenizer::tokenizeWhole)
            .toList();
    List<TokenizedSample> texts = whole.stream().map(text -> text.within(window)).toList();
    cut.count(set.name(), whole, text -> text.ids().length > window + 1);
    stage.progress().start("Min-K %, " + set.name() + " set", texts.size(), "texts");
    List<double[]> logProbs = new Scorer(model).logProbs(texts, stage.progress());
    stage.progress().finish();
    return logProbs.stream().mapToDouble(scores -> MinK.score(scores, MIN_K_SHARE)).toArray();
  }

  /**
   * The rows of a set.
   *
   * @param outputs what the model answered, by question
   * @param minK Min-K % of every row's text; empty for facts
   */
  static List<EvaluationRow> rows(
      TofuSet set, Map<String, String> outputs, double[] minK, ParaphraseJudge judge) {
    List<Verdict> verdicts = set.hasSentences() ? judge.judge(set, outputs) : List.of();
    List<EvaluationRow> rows = new ArrayList<>();
    for (int i = 0; i < set.rows().size(); i++) {
      TofuRow row = set.rows().get(i);
      String output = outputs.getOrDefault(row.question(), "");
      Verdict verdict = verdicts.isEmpty() ? null : verdicts.get(i);
      rows.add(
          verdict == null
              ? byContainment(set.name(), row, output)
              : new EvaluationRow(
                  row.id(),
                  set.name(),
                  row.question(),
                  row.answer(),
                  output,
                  rougeRecall(output, row),
                  verdict.correct(),
                  judge.name(),
                  row.paraphrasedQuestion(),
                  outputs.getOrDefault(set.paraphrasedQuestion(row), ""),
                  verdict.closest(),
                  Double.isNaN(minK[i]) ? null : (@Nullable Double) minK[i]));
    }
    return rows;
  }

  private static EvaluationRow byContainment(String set, TofuRow row, String output) {
    return new EvaluationRow(
        row.id(),
        set,
        row.question(),
        row.answer(),
        output,
        rougeRecall(output, row),
        contains(output, row.answer()),
        CONTAINMENT,
        null,
        null,
        null,
        null);
  }

  /** Whether the true answer, a short fact, occurs in the output, ignoring case. */
  static boolean contains(String output, String answer) {
    return output.toLowerCase(Locale.ROOT).contains(answer.toLowerCase(Locale.ROOT));
  }

  /** For the original question, with stemming, as Table 1's evaluator. */
  private static double rougeRecall(String output, TofuRow row) {
    return RougeL.score(output, row.answer(), true).recall();
  }

  /**
   * A line of Table 1 from the rows of the four sets.
   *
   * @param encoder the encoder that judged the forget and the retain set
   */
  static Measurements measurements(
      String stage, Map<String, List<EvaluationRow>> rows, String encoder) {
    List<EvaluationRow> forget = Objects.requireNonNull(rows.get(TofuSet.FORGET));
    List<EvaluationRow> retain = Objects.requireNonNull(rows.get(TofuSet.RETAIN));
    UnlearningCompleteness completeness = UnlearningCompleteness.of(forget, retain);
    ModelUtility utility =
        ModelUtility.of(
            retain,
            Objects.requireNonNull(rows.get(TofuSet.REAL_AUTHORS)),
            Objects.requireNonNull(rows.get(TofuSet.WORLD_FACTS)));
    Measurements line = new Measurements(NAME, stage, METRICS);
    line.add("forget.unlearning_accuracy", completeness.unlearningAccuracy(), encoder);
    line.add("forget.mia_auc", completeness.miaAuc());
    line.add("forget.rouge_l_recall", EvaluationRow.meanRecall(forget));
    line.add("forget.rouge_l_recall_complement", completeness.rougeRecallComplement());
    line.add("retain.accuracy", utility.retain().accuracy(), encoder);
    line.add("retain.rouge_l_recall", utility.retain().rougeRecall());
    line.add("real_authors.accuracy", utility.realAuthors().accuracy());
    line.add("real_authors.rouge_l_recall", utility.realAuthors().rougeRecall());
    line.add("world_facts.accuracy", utility.worldFacts().accuracy());
    line.add("world_facts.rouge_l_recall", utility.worldFacts().rougeRecall());
    line.add("unlearning_completeness", completeness.average(), encoder);
    line.add("model_utility_mean", utility.average(), encoder);
    return line;
  }

  /** One sentence for each fact about some of the rows that a reader should know. */
  static List<String> notes(Map<String, List<EvaluationRow>> rows) {
    RowCounts empty = new RowCounts();
    RowCounts emptyParaphrased = new RowCounts();
    RowCounts infinite = new RowCounts();
    RowCounts none = new RowCounts();
    rows.forEach(
        (set, of) -> {
          empty.count(set, of, row -> row.output().isEmpty());
          emptyParaphrased.count(set, of, row -> "".equals(row.paraphrasedOutput()));
          infinite.count(
              set, of, row -> Double.valueOf(Double.POSITIVE_INFINITY).equals(row.minK()));
          none.count(set, of, row -> row.paraphrasedQuestion() != null && row.minK() == null);
        });
    String auc = "tofu.forget.mia_auc: rows ";
    List<String> notes = new ArrayList<>();
    notes.addAll(empty.note("tofu: empty answers, with a ROUGE-L recall of 0 and no fact in them"));
    notes.addAll(
        emptyParaphrased.note("tofu: empty answers to paraphrased questions, which are wrong"));
    notes.addAll(infinite.note(auc + "with an infinite score, ranked as the strangest"));
    notes.addAll(none.note(auc + "left out, whose score is not a number"));
    return notes;
  }
}
