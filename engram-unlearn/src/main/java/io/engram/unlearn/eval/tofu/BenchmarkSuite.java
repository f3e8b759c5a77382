package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.score.OutOfMemoryRetry;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.TensorNorms;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Maker;
import io.engram.unlearn.eval.tofu.ScoredPairs.Labels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * TOFU's own measures, by the code of its authors and of open-unlearning: probability, ROUGE, truth
 * ratio, model utility, forget quality, extraction strength, exact memorisation, membership
 * attacks. Each pair of question and answer is scored once; greedy answers have at most 200 tokens.
 *
 * <p>It exists in two versions: {@code tofu_benchmark} scores all tokens of an answer, {@code
 * tofu_benchmark_public_labels} those that open-unlearning scores.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024); Dorna et
 * al.: OpenUnlearning (2025). <b>Differs</b> from the latter in the answer span, which loses no
 * first token, and in the other set of the attacks; {@code docs/tofu.md} has the details.
 */
public final class BenchmarkSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "tofu_benchmark";

  /** {@code tofu_benchmark}; {@code tofu_benchmark:forget05} measures a smaller forget set. */
  public static final SuiteKind KIND =
      kind(NAME, "what TOFU's authors and open-unlearning report, attacks among it", Labels.WHOLE);

  /** {@code tofu_benchmark_public_labels}. */
  public static final SuiteKind PUBLIC_LABELS =
      kind(
          NAME + "_public_labels",
          "the same, over those tokens of an answer that open-unlearning scores",
          Labels.PUBLIC);

  private static final int NEW_TOKENS = 200;

  private final String name;
  private final Labels labels;
  private final String forgetSplit;
  private final @Nullable RetrainedModel retrained;
  private final @Nullable CleanText gibberish;
  private final @Nullable Path holdout;

  private static SuiteKind kind(String name, String what, Labels labels) {
    return new SuiteKind(
        name,
        what,
        TofuSet.FORGET_SPLITS,
        List.of(EvalSection.Key.DATASETS, EvalSection.Key.RETRAINED, EvalSection.Key.GIBBERISH),
        () -> BenchmarkTable.METRICS,
        (part, settings) -> new BenchmarkSuite(name, labels, TofuSet.forgetSplit(part), settings));
  }

  private BenchmarkSuite(String name, Labels labels, String forgetSplit, EvalSection settings) {
    this.name = name;
    this.labels = labels;
    this.forgetSplit = forgetSplit;
    this.retrained = RetrainedModel.named(settings.retrained());
    this.gibberish = CleanText.named(settings.gibberish());
    this.holdout = holdout(settings.datasets());
  }

  /** TOFU's set that is as large as the forget set, and isn't in any training set. */
  private @Nullable Path holdout(@Nullable String datasets) {
    if (datasets == null) {
      return null;
    }
    Path file = Path.of(datasets).resolve("tofu").resolve(holdoutFile());
    return Files.isRegularFile(file) ? file : null;
  }

  private String holdoutFile() {
    return forgetSplit.replace("forget", "holdout") + ".jsonl";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Evaluation measure(Stage stage) {
    List<TofuSet> sets = new ArrayList<>(TofuSet.perturbed(forgetSplit, stage.limit()));
    Map<String, String> outputs =
        stage.answers().ofNewTokens(questions(sets), NEW_TOKENS, stage.progress());
    if (holdout != null) {
      sets.add(TofuSet.holdout(holdout, stage.limit()));
    }
    ScoredPairs pairs = ScoredPairs.ofAll(stage.model(), labels, sets, stage.progress());
    List<String> notes = new ArrayList<>();
    Map<String, double[]> norms = gradientNorms(stage, sets, pairs, notes);
    ScoredPairs reference =
        retrained == null ? null : retrained.scores(stage.model(), labels, sets, stage.progress());
    Maker builder = new Maker(pairs, outputs, clean(sets, outputs), reference);
    Map<String, List<BenchmarkRow>> rows = new LinkedHashMap<>();
    for (TofuSet set : sets) {
      rows.put(set.name(), builder.of(set, norms.getOrDefault(set.name(), new double[0])));
    }
    BenchmarkTable table =
        new BenchmarkTable(name, stage.name(), gibberish == null ? null : gibberish.name(), rows);
    notes.addAll(table.notes());
    notes.addAll(countNotes(stage, sets, rows, pairs));
    notes.addAll(setupNotes(sets));
    Map<String, List<BenchmarkRow>> files = new LinkedHashMap<>();
    rows.forEach((set, own) -> files.put(name + "." + set, own));
    return new Evaluation(table.measurements(), files, notes);
  }

  /** For the answers to forget and retain set. */
  private Map<String, Double> clean(List<TofuSet> sets, Map<String, String> outputs) {
    if (gibberish == null) {
      return Map.of();
    }
    List<TofuSet> judged = sets.stream().filter(TofuSet::hasSentences).toList();
    return gibberish.probabilities(
        questions(judged).stream().map(q -> outputs.getOrDefault(q, "")).toList());
  }

  private static List<String> questions(List<TofuSet> sets) {
    return sets.stream().flatMap(set -> set.rows().stream()).map(TofuRow::question).toList();
  }

  /** By the set's name; empty if there is too little memory. */
  private Map<String, double[]> gradientNorms(
      Stage stage, List<TofuSet> sets, ScoredPairs pairs, List<String> notes) {
    Map<String, double[]> norms = new LinkedHashMap<>();
    if (AnswerGradients.fit(stage.model())) {
      try {
        for (TofuSet set : sets) {
          if (set.isAttacked()) {
            norms.put(set.name(), AnswerGradients.of(stage.model(), set, pairs, stage.progress()));
          }
        }
        return norms;
      } catch (EngramException e) {
        if (e.kind() != EngramException.Kind.RESOURCES) {
          throw e;
        }
      }
    }
    notes.add(
        name
            + ": the attack grad_norm is left out: there is too little memory for a gradient of all"
            + " weights");
    return Map.of();
  }

  /** One sentence for each fact about some of the rows that a reader should know. */
  private List<String> countNotes(
      Stage stage, List<TofuSet> sets, Map<String, List<BenchmarkRow>> rows, ScoredPairs pairs) {
    RowCounts empty = new RowCounts();
    RowCounts noRoom = new RowCounts();
    RowCounts cut = new RowCounts();
    for (TofuSet set : sets) {
      List<BenchmarkRow> own = Objects.requireNonNull(rows.get(set.name()));
      empty.count(set.name(), own, row -> "".equals(row.output()));
      noRoom.count(
          set.name(),
          own,
          row ->
              row.output() != null && !stage.answers().hasRoom(row.question(), Integer.MAX_VALUE));
      cut.count(
          set.name(),
          set.rows(),
          row -> set.pairs(row, row.question()).stream().anyMatch(pair -> pairs.of(pair).cut()));
    }
    List<String> notes = new ArrayList<>();
    String full =
        "the model's window of %d tokens".formatted(stage.model().config().maxPositions());
    notes.addAll(empty.note(name + ": empty answers, with a recall of 0"));
    notes.addAll(
        noRoom.note(name + ": questions with an empty answer because their prompt fills " + full));
    notes.addAll(
        cut.note(
            name
                + ": rows with a question and answer that are longer than "
                + full
                + ", scored without their beginning"));
    return notes;
  }

  /** The data measured on, and what is omitted because something is missing. */
  private List<String> setupNotes(List<TofuSet> sets) {
    List<String> notes = new ArrayList<>();
    notes.add(
        name
            + " measured on "
            + sets.stream().map(TofuSet::source).toList()
            + "; an AUC is the probability that a row of the other set is stranger to the model"
            + " than one of the forget set; grad_norm is over the first "
            + AnswerGradients.MOST
            + " rows of each set");
    if (labels == Labels.PUBLIC) {
      notes.add(
          name
              + " scores those tokens that open-unlearning scores: in the plain template not the"
              + " first of an answer; its numbers can't be compared with those of "
              + NAME);
    }
    notes.add(
        retrained == null
            ? name
                + ": forget quality, PrivLeak against the retain set and the attack reference are"
                + " left out: they compare with a model that never saw the forget set, which"
                + " eval.retrained names (for mini and forget10 or a part of it: mini-retain90)"
            : name + ": the model that never saw the forget set is " + retrained.path());
    if (gibberish == null) {
      notes.add(
          name
              + ": whether answers are still text can't be computed without a classifier that"
              + " eval.gibberish names; "
              + CleanText.HOW_TO_FETCH);
    }
    if (holdout == null) {
      notes.add(
          name
              + ": there is no holdout set, so attacks compare with the retain set, which the"
              + " model has seen like the forget set: 0.5 before unlearning, less after;"
              + " eval.datasets = DIR with tofu/"
              + holdoutFile()
              + " adds attacks against a holdout set");
    }
    return notes;
  }

  /**
   * Gradient norms of the first rows of a set, at the cost of a forward and a backward pass per
   * row.
   */
  private static final class AnswerGradients {
    /** Rows of each set. The standard error of an AUC of 100 rows against 100 is at most 0.05. */
    static final int MOST = 100;

    private AnswerGradients() {}

    /**
     * Whether there is memory for a gradient of every weight, and for a float32 copy of weights
     * with fewer bits. The memory of a GPU isn't known here, so there it is simply tried.
     */
    static boolean fit(LanguageModel model) {
      long perNumber = model.dtype() == Dtype.FLOAT32 ? Float.BYTES : 2L * Float.BYTES;
      OptionalLong free = AvailableMemory.here();
      return !model.options().device().isCpu()
          || free.isEmpty()
          || model.decoder().parameters().count() * perNumber < free.getAsLong();
    }

    /**
     * The norms for answers without their end token.
     *
     * @return those of the first rows; NaN for an answer without other tokens
     * @throws EngramException of kind RESOURCES if there is too little memory
     */
    static double[] of(
        LanguageModel model, TofuSet set, ScoredPairs pairs, ProgressListener progress) {
      List<TokenizedSample> answers =
          set.rows().stream()
              .limit(MOST)
              .map(row -> ScoredPairs.withoutEnd(pairs.of(TofuSet.answer(row)).tokens()))
              .toList();
      List<TokenizedSample> labelled = answers.stream().filter(a -> a.labels() > 0).toList();
      progress.start("Gradient norms, " + set.name() + " set", labelled.size(), "answers");
      TensorNorms norms = new TensorNorms(model);
      double[] found = new double[answers.size()];
      Arrays.setAll(found, i -> norm(model, norms, answers.get(i), progress));
      progress.finish();
      return found;
    }

    private static double norm(
        LanguageModel model, TensorNorms norms, TokenizedSample answer, ProgressListener progress) {
      if (answer.labels() == 0) {
        return Double.NaN;
      }
      List<TokenizedSample> alone = List.of(answer);
      return new OutOfMemoryRetry(model.options().batchTokens())
          .run(alone, tokens -> norms.of(alone, progress)[0]);
    }
  }
}
