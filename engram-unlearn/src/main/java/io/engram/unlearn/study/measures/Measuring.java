package io.engram.unlearn.study.measures;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.AnswerProbability;
import io.engram.core.metric.Rouge1;
import io.engram.core.metric.RougeL;
import io.engram.core.metric.TruthRatio;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.MemorizationScores;
import io.engram.unlearn.forget.Probe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Asks a model about the studied authors in every way that Engram has to find out whether it knows
 * them: what {@code engram forget} judges by, what the attacks of an audit read, and TOFU's
 * probabilities of right and wrong answers. All measures are larger the better a sample is known;
 * what counts is the mean over samples.
 */
final class Measuring {
  static final String LOG_PROB = Knowledge.Measure.LOG_PROB.key();
  static final String MEMORIZATION = Knowledge.Measure.MEMORIZATION.key();
  static final String STRENGTH = Knowledge.Measure.STRENGTH.key();

  /** {@code exp(ℓ̄)} of the answer with its end token. */
  static final String PROBABILITY = "probability";

  /** The same of TOFU's paraphrased answer. */
  static final String PARAPHRASED_PROBABILITY = "paraphrased_probability";

  /**
   * {@link TruthRatio#shareOfTruth}: the paraphrased answer against the wrong ones but the first,
   * which an arm learns.
   */
  static final String TRUTH_PROBABILITY = "truth_probability";

  /** {@link AnswerProbability#amongOptions}, of the same answers. */
  static final String AMONG_OPTIONS = "probability_among_options";

  /** ROUGE-L recall of the greedy answer. */
  static final String RECALL = Probe.RECALL;

  /** ROUGE-1 recall of the greedy answer. */
  static final String RECALL_1 = "answer_recall_1";

  /** ROUGE-L recall of the greedy answer against the paraphrased one. */
  static final String PARAPHRASED_RECALL = "paraphrased_answer_recall";

  /** EL_10. */
  static final String EXTRACTION = "extraction_likelihood";

  private final MeasuresPlan plan;
  private final long seed;
  private final List<TofuRow> rows;
  private final List<Sample> samples;

  /** Of these rows. */
  Measuring(MeasuresPlan plan, List<TofuRow> rows, long seed) {
    this.plan = plan;
    this.seed = seed;
    this.rows = rows;
    this.samples = AuthorRows.samples(rows, TofuRow::question, TofuRow::answer);
  }

  /**
   * Measures a model as it is now.
   *
   * @return the mean of each measure over the samples; NaN is left out
   * @throws EngramException if its log-probabilities are not numbers
   */
  SortedMap<String, Double> of(LanguageModel model) {
    SortedMap<String, Double> means = new TreeMap<>();
    addAnswers(model, means);
    addProbabilities(model, means);
    if (plan.extraction()) {
      double[] extraction =
          new MemorizationScores(model)
              .extraction(model.samples().tokenize(samples), ProgressListener.NONE);
      put(means, EXTRACTION, Arrays.stream(extraction).filter(el -> !Double.isNaN(el)).toArray());
    }
    for (AttackKind kind : plan.kinds()) {
      addAttack(model, kind, means);
    }
    return means;
  }

  private static void put(SortedMap<String, Double> means, String measure, double[] values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    if (!Double.isNaN(mean)) {
      means.put(measure, mean);
    }
  }

  private void addAnswers(LanguageModel model, SortedMap<String, Double> means) {
    List<Probe> probes = Probe.of(model, samples, ProgressListener.NONE);
    for (Knowledge.Measure measure : Knowledge.Measure.values()) {
      put(
          means,
          measure.key(),
          probes.stream().mapToDouble(p -> measure.of(p.knowledge())).toArray());
    }
    double[] recall = new double[rows.size()];
    double[] recall1 = new double[rows.size()];
    double[] paraphrased = new double[rows.size()];
    for (int i = 0; i < recall.length; i++) {
      String answer = Objects.requireNonNull(probes.get(i).answer());
      TofuRow row = rows.get(i);
      recall[i] = probes.get(i).recall();
      recall1[i] = Rouge1.recall(answer, row.answer(), true);
      paraphrased[i] =
          RougeL.score(answer, Objects.requireNonNull(row.paraphrasedAnswer()), true).recall();
    }
    put(means, RECALL, recall);
    put(means, RECALL_1, recall1);
    put(means, PARAPHRASED_RECALL, paraphrased);
  }

  /** Answers in this order for each row: the right one, the paraphrased one, the wrong ones. */
  private void addProbabilities(LanguageModel model, SortedMap<String, Double> means) {
    List<Sample> asked = new ArrayList<>();
    for (TofuRow row : rows) {
      List<String> answers = new ArrayList<>();
      answers.add(row.answer());
      answers.add(Objects.requireNonNull(row.paraphrasedAnswer()));
      answers.addAll(wrong(row));
      answers.forEach(answer -> asked.add(Sample.of(row.id(), row.question(), answer)));
    }
    double[] meanLogs =
        new Scorer(model)
            .logProbs(model.samples().tokenize(asked), ProgressListener.NONE).stream()
                .mapToDouble(AnswerProbability::meanLog)
                .toArray();
    Map<String, double[]> values = new HashMap<>();
    int at = 0;
    for (int i = 0; i < rows.size(); i++) {
      int count = wrong(rows.get(i)).size();
      double right = meanLogs[at];
      double paraphrased = meanLogs[at + 1];
      double[] wrong = Arrays.copyOfRange(meanLogs, at + 2, at + 2 + count);
      at += 2 + count;
      set(values, PROBABILITY, i, Math.exp(right));
      set(values, PARAPHRASED_PROBABILITY, i, Math.exp(paraphrased));
      set(
          values,
          TRUTH_PROBABILITY,
          i,
          TruthRatio.shareOfTruth(TruthRatio.geometric(paraphrased, wrong)));
      set(values, AMONG_OPTIONS, i, AnswerProbability.amongOptions(paraphrased, wrong));
    }
    values.forEach((measure, own) -> put(means, measure, own));
  }

  /** Without the first, which an arm learns. */
  private static List<String> wrong(TofuRow row) {
    return row.perturbedAnswers().subList(1, row.perturbedAnswers().size());
  }

  private void set(Map<String, double[]> values, String measure, int row, double value) {
    values.computeIfAbsent(measure, name -> new double[rows.size()])[row] = value;
  }

  /**
   * An attack's measures. The role of a control without a retrained model is that of a model that
   * is looked at by itself: no other model is opened, and the lens is the model's own.
   */
  private void addAttack(LanguageModel model, AttackKind kind, SortedMap<String, Double> means) {
    AuditData.Models none =
        new AuditData.Models(Measuring::noModel, Measuring::noModel, null, null);
    AuditData data =
        new AuditData(
            samples, List.of(), List.of(), List.of(), null, null, false, none, seed, true);
    Attack.Outcome outcome =
        kind.opener()
            .get()
            .on(new Victim(Role.CONTROL, model, samples, data, ProgressListener.NONE));
    Map<String, List<Double>> values = new TreeMap<>();
    for (Row row : outcome.rows()) {
      row.measures()
          .forEach(
              (measure, value) ->
                  values
                      .computeIfAbsent(name(kind, measure), name -> new ArrayList<>())
                      .add(value));
    }
    values.forEach(
        (measure, own) -> put(means, measure, own.stream().mapToDouble(v -> v).toArray()));
    if (kind.name().equals("other_words")) {
      means.putAll(outcome.facts());
    }
  }

  /** Measures that several attacks have are named after the attack. */
  private static String name(AttackKind kind, String measure) {
    return measure.equals(RECALL) || measure.equals(LOG_PROB)
        ? kind.name() + "_" + measure
        : measure;
  }

  private static LanguageModel noModel() {
    throw new IllegalStateException("a model that is looked at by itself needs no other");
  }
}
