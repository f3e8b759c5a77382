package io.engram.unlearn.eval.tofu;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.ProgressListener;
import io.engram.core.metric.TruthRatio;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.core.stats.KolmogorovSmirnov;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.score.ContinuationScorer;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.score.ContinuationScorer.Score;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.tofu.TofuSet.AnswerPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What the evaluator behind Table 1 computes from log-probabilities but the table doesn't show: the
 * probability of the true answer, the truth ratio to the paraphrased question, and a "Forget
 * Quality" between forget and retain set of one model. Nothing is generated. It is separate from
 * {@link TofuSuite}, since on a small model this scoring takes a quarter to a half of that suite's
 * time.
 *
 * <p><b>Source:</b> WAGLE, {@code src/metrics/Tofu.py}. <b>Differs:</b> answers have no tag of the
 * template before them, and the template is the model's.
 */
public final class WagleSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "tofu_wagle";

  static final List<SuiteMetric> METRICS =
      List.of(
          ratio("forget.probability", false),
          ratio("forget.mean_truth_ratio", true),
          ratio("retain.probability", true),
          ratio("retain.mean_truth_ratio", false),
          ratio("real_authors.probability", true),
          ratio("real_authors.mean_truth_ratio", false),
          ratio("world_facts.probability", true),
          ratio("world_facts.mean_truth_ratio", false),
          ratio("same_model_forget_quality", false).in("probability"),
          ratio("same_model_forget_quality_log10", false).in("log10"));

  /**
   * {@code tofu_wagle} measures on forget10, or with {@code :forget05} or {@code :forget01} on
   * those sets.
   */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "what the evaluator behind Table 1 computes besides, from log-probabilities",
          TofuSet.FORGET_SPLITS,
          List.of(),
          () -> METRICS,
          (part, settings) -> new WagleSuite(TofuSet.forgetSplit(part)));

  /**
   * A line of {@code eval/STAGE/tofu_wagle.SET.jsonl}.
   *
   * @param id the row's number in its file, from 0
   * @param set the set's name: {@code forget}
   * @param question as in the data
   * @param answer the true one
   * @param probability exp ℓ̄ of the true answer, [0, 1]
   * @param truthRatio mean probability of the wrong answers divided by that of the right one, [0,
   *     1e12]
   */
  record Row(
      String id,
      String set,
      String question,
      String answer,
      double probability,
      double truthRatio) {}

  private final String forgetSplit;

  private WagleSuite(String forgetSplit) {
    this.forgetSplit = forgetSplit;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation measure(Stage stage) {
    List<TofuSet> sets = TofuSet.perturbed(forgetSplit, stage.limit());
    AnswerLikelihoods likelihoods = new AnswerLikelihoods(stage.model(), sets, stage.progress());
    Map<String, List<Row>> rows = new LinkedHashMap<>();
    Map<String, List<Row>> files = new LinkedHashMap<>();
    RowCounts cut = new RowCounts();
    for (TofuSet set : sets) {
      List<Row> own = rows(set, likelihoods::meanLog);
      rows.put(set.name(), own);
      files.put(NAME + "." + set.name(), own);
      cut.count(set.name(), set.rows(), row -> likelihoods.isCut(set, row));
    }
    Measurements measurements = measurements(stage.name(), rows);
    List<String> notes = new ArrayList<>(measurements.notes());
    notes.addAll(cut.note(TofuSuite.cutNote(NAME, stage.model())));
    notes.add(
        NAME
            + " measured on "
            + sets.stream().map(TofuSet::source).toList()
            + "; its forget quality compares forget and retain set of one model, not with a model"
            + " that never saw the forget set");
    return new Evaluation(measurements.all(), files, notes);
  }

  /**
   * The rows of a set.
   *
   * @param meanLog ℓ̄ of a pair, nats a token
   */
  static List<Row> rows(TofuSet set, ToDoubleFunction<AnswerPair> meanLog) {
    List<Row> rows = new ArrayList<>();
    for (TofuRow row : set.rows()) {
      String question = set.paraphrasedQuestion(row);
      double right = meanLog.applyAsDouble(set.right(row, question));
      double[] wrong = TofuSet.wrong(row, question).stream().mapToDouble(meanLog).toArray();
      rows.add(
          new Row(
              row.id(),
              set.name(),
              row.question(),
              row.answer(),
              Math.exp(meanLog.applyAsDouble(TofuSet.answer(row))),
              TruthRatio.arithmeticBounded(right, wrong)));
    }
    return rows;
  }

  /**
   * The numbers.
   *
   * @param rows by the set's name, forget and retain set among them
   */
  static Measurements measurements(String stage, Map<String, List<Row>> rows) {
    Measurements measurements = new Measurements(NAME, stage, METRICS);
    rows.forEach(
        (set, own) -> {
          double[] probabilities = each(own, Row::probability);
          measurements.add(set + ".probability", MeanWithError.of(probabilities));
          double[] ratios = each(own, Row::truthRatio);
          measurements.add(set + ".mean_truth_ratio", MeanWithError.of(ratios));
        });
    double[] forget = each(Objects.requireNonNull(rows.get(TofuSet.FORGET)), Row::truthRatio);
    double[] retain = each(Objects.requireNonNull(rows.get(TofuSet.RETAIN)), Row::truthRatio);
    KolmogorovSmirnov.Result test = ForgetQuality.of(forget, retain);
    double p = test == null ? Double.NaN : test.p();
    double log10 = test == null ? Double.NaN : test.log10P();
    int n = forget.length + retain.length;
    measurements.add("same_model_forget_quality", p, n);
    measurements.add("same_model_forget_quality_log10", log10, n);
    return measurements;
  }

  private static double[] each(List<Row> rows, ToDoubleFunction<Row> value) {
    return rows.stream().mapToDouble(value).toArray();
  }

  /**
   * How likely a model finds answers to questions: {@code ℓ̄ = S/n}, S the log-probability of an
   * answer's n tokens. The answers to one question share its forward pass.
   *
   * <p><b>Source:</b> WAGLE, {@code compute_prob}, which adds no end token to the answer either.
   * <b>Differs:</b> there the tag {@code ### Answer:} is counted among the answer's tokens.
   */
  private static final class AnswerLikelihoods {
    /**
     * The scores of a pair.
     *
     * @param cut whether its beginning didn't fit into the window
     */
    private record Found(double meanLog, boolean cut) {}

    private final Map<AnswerPair, Found> found = new HashMap<>();

    /** Scores all pairs of these sets, each once. */
    AnswerLikelihoods(LanguageModel model, List<TofuSet> sets, ProgressListener progress) {
      Set<AnswerPair> pairs = new LinkedHashSet<>();
      for (TofuSet set : sets) {
        for (TofuRow row : set.rows()) {
          pairs.addAll(pairs(set, row));
        }
      }
      int window = model.config().maxPositions();
      SampleTokenizer tokenizer = model.samples().unbounded();
      List<TokenizedSample> whole = pairs.stream().map(pair -> tokens(tokenizer, pair)).toList();
      List<Request> requests =
          whole.stream().map(sample -> request(sample.within(window))).toList();
      progress.start("Log-probabilities of answers", requests.size(), "answers");
      List<Score> scores = new ContinuationScorer(model).score(requests, progress);
      progress.finish();
      int next = 0;
      for (AnswerPair pair : pairs) {
        double meanLog = scores.get(next).logProb() / requests.get(next).continuation().length;
        found.put(pair, new Found(meanLog, whole.get(next).ids().length > window + 1));
        next++;
      }
    }

    /** Right and wrong answers are compared for the paraphrased question. */
    private static List<AnswerPair> pairs(TofuSet set, TofuRow row) {
      return set.pairs(row, set.paraphrasedQuestion(row));
    }

    /** Without the token that ends the answer. */
    private static TokenizedSample tokens(SampleTokenizer tokenizer, AnswerPair pair) {
      String id = "\"" + pair.question() + "\"";
      TokenizedSample ended = tokenizer.tokenize(Sample.of(id, pair.question(), pair.answer()));
      int[] ids = Arrays.copyOf(ended.ids(), ended.ids().length - 1);
      return new TokenizedSample(id, ids, ended.labelStart());
    }

    private static Request request(TokenizedSample sample) {
      return new Request(sample.promptIds(), sample.labelIds());
    }

    /** ℓ̄ of a pair, nats a token. */
    double meanLog(AnswerPair pair) {
      return of(pair).meanLog();
    }

    /** Whether part of a row didn't fit into the window. */
    boolean isCut(TofuSet set, TofuRow row) {
      return pairs(set, row).stream().anyMatch(pair -> of(pair).cut());
    }

    private Found of(AnswerPair pair) {
      return Objects.requireNonNull(found.get(pair), pair::toString);
    }
  }
}
