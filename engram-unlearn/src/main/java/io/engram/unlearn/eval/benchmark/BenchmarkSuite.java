package io.engram.unlearn.eval.benchmark;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.recipe.EvalSection;
import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.GreedyAnswers;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.tofu.TofuSuite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TOFU's own measures, by the code of its authors and of open-unlearning: probability, ROUGE, truth
 * ratio, model utility, forget quality, extraction strength, exact memorisation, membership
 * attacks. Each pair of question and answer is scored once; greedy answers have at most 200 tokens.
 *
 * <p>There are two of it, with names of their own: {@code tofu_benchmark} scores all tokens of an
 * answer, {@code tofu_benchmark_public_labels} those that open-unlearning scores.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024); Dorna et
 * al.: OpenUnlearning (2025). <b>Differs</b> from the latter in the answer span, which loses no
 * first token, and in the other set of the attacks; {@code docs/tofu.md} has the details.
 */
public final class BenchmarkSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "tofu_benchmark";

  private static final int NEW_TOKENS = 200;

  /**
   * {@code tofu_benchmark} measures the forgetting of forget10; {@code tofu_benchmark:forget05} and
   * {@code tofu_benchmark:forget01} that of the smaller sets.
   */
  public static final class Kind implements SuiteKind {
    private final AnswerLabels labels;

    private Kind(AnswerLabels labels) {
      this.labels = labels;
    }

    /** The two of them. */
    public static List<SuiteKind> all() {
      return List.of(new Kind(AnswerLabels.WHOLE), new Kind(AnswerLabels.PUBLIC));
    }

    @Override
    public String name() {
      return labels.suite();
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      String split = part.isEmpty() ? TofuSuite.FORGET_SPLITS.get(0) : part;
      if (!TofuSuite.FORGET_SPLITS.contains(split)) {
        throw EngramException.usage(
            "eval.suites: %s:%s is not a forget set of TOFU; there are %s"
                .formatted(name(), split, TofuSuite.FORGET_SPLITS));
      }
      return new BenchmarkSuite(
          labels,
          split,
          RetrainedModel.named(settings.retrained()),
          CleanText.named(settings.gibberish()),
          holdout(settings, split));
    }

    /** What TOFU calls the set that is as large as the forget set, and in no training set. */
    private static @Nullable Path holdout(EvalSection settings, String split) {
      if (settings.datasets() == null) {
        return null;
      }
      String name = split.replace("forget", "holdout") + ".jsonl";
      Path file = Path.of(settings.datasets()).resolve("tofu").resolve(name);
      return Files.isRegularFile(file) ? file : null;
    }

    @Override
    public String partFor(List<String> forgetData) {
      return TofuSuite.FORGET_SPLITS.stream()
          .filter(split -> forgetData.contains(Tofu.PREFIX + split))
          .findFirst()
          .orElse("");
    }
  }

  private final AnswerLabels labels;
  private final String forgetSplit;
  private final @Nullable RetrainedModel retrained;
  private final @Nullable CleanText gibberish;
  private final @Nullable Path holdout;

  private BenchmarkSuite(
      AnswerLabels labels,
      String forgetSplit,
      @Nullable RetrainedModel retrained,
      @Nullable CleanText gibberish,
      @Nullable Path holdout) {
    this.labels = labels;
    this.forgetSplit = forgetSplit;
    this.retrained = retrained;
    this.gibberish = gibberish;
    this.holdout = holdout;
  }

  @Override
  public String name() {
    return labels.suite();
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
    List<BenchmarkSet> sets = new ArrayList<>(BenchmarkSet.ofTofu(forgetSplit, limit));
    Map<String, String> outputs = answers.ofNewTokens(questions(sets), NEW_TOKENS, progress);
    if (holdout != null) {
      sets.add(BenchmarkSet.holdout(holdout, limit));
    }
    ScoredPairs pairs = ScoredPairs.ofAll(model, labels, sets, progress);
    List<String> notes = new ArrayList<>();
    Map<String, double[]> norms = gradientNorms(model, sets, pairs, notes, progress);
    ScoredPairs reference =
        retrained == null ? null : retrained.scores(model, labels, sets, progress);
    BenchmarkRows builder = new BenchmarkRows(pairs, outputs, clean(sets, outputs), reference);
    Map<String, List<BenchmarkRow>> rows = new LinkedHashMap<>();
    for (BenchmarkSet set : sets) {
      rows.put(set.name(), builder.of(set, norms.getOrDefault(set.name(), new double[0])));
    }
    BenchmarkTable table =
        new BenchmarkTable(name(), stage, gibberish == null ? null : gibberish.name(), rows);
    notes.addAll(table.notes());
    BenchmarkCounts counts = new BenchmarkCounts(name(), model.config().maxPositions());
    notes.addAll(counts.of(sets, rows, pairs, answers));
    notes.addAll(new BenchmarkNotes(labels, forgetSplit, retrained, gibberish, holdout).of(sets));
    Map<String, List<BenchmarkRow>> files = new LinkedHashMap<>();
    rows.forEach((set, own) -> files.put(name() + "." + set, own));
    return new Evaluation(table.measurements(), files, notes);
  }

  /** Of the answers to forget and retain set. */
  private Map<String, Double> clean(List<BenchmarkSet> sets, Map<String, String> outputs) {
    if (gibberish == null) {
      return Map.of();
    }
    List<BenchmarkSet> judged = sets.stream().filter(BenchmarkSet::hasSentences).toList();
    return gibberish.probabilities(
        questions(judged).stream().map(q -> outputs.getOrDefault(q, "")).toList());
  }

  private static List<String> questions(List<BenchmarkSet> sets) {
    return sets.stream().flatMap(set -> set.rows().stream()).map(TofuRow::question).toList();
  }

  /** By the set's name; none where memory doesn't suffice. */
  private Map<String, double[]> gradientNorms(
      LanguageModel model,
      List<BenchmarkSet> sets,
      ScoredPairs pairs,
      List<String> notes,
      ProgressListener progress) {
    Map<String, double[]> norms = new LinkedHashMap<>();
    if (GradientNormRows.fit(model)) {
      try {
        for (BenchmarkSet set : sets) {
          if (set.isAttacked()) {
            norms.put(set.name(), GradientNormRows.of(model, set, pairs, progress));
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
        name()
            + ": the attack grad_norm is left out: there is no memory for a gradient of all weights");
    return Map.of();
  }
}
