package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.core.recipe.Recipe;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LearningRate;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.method.Drawn;
import io.engram.unlearn.method.Methods;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UpdateSize;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Unlearns samples from the same starting point until every criterion is met, and counts the
 * updates. Each update sees all the samples given, which is one, or the paper's group of 40; there
 * is no retain term.
 *
 * <p><b>Source:</b> section 4.2, "Differences in Unlearning Difficulty" and "Effectiveness of MRD".
 */
final class UpdatesNeeded {
  private final Recipe recipe;
  private final LanguageModel model;
  private final WeightSnapshot start;
  private final List<Criterion> criteria;
  private final int most;

  /**
   * For a model at its starting point.
   *
   * @param most updates after which a criterion that isn't met is given up
   */
  UpdatesNeeded(
      Recipe recipe,
      LanguageModel model,
      WeightSnapshot start,
      List<Criterion> criteria,
      int most) {
    this.recipe = recipe;
    this.model = model;
    this.start = start;
    this.criteria = criteria;
    this.most = most;
  }

  /**
   * What it took.
   *
   * @param updates by criterion, with the part of the last update that was needed; missing where it
   *     wasn't met
   * @param change mean |θ − θ_0| when the first criterion was met, or at the end
   */
  record Outcome(Map<String, Double> updates, double change) {}

  /** Unlearns the samples together; the model is at its starting point again afterwards. */
  Outcome of(List<TokenizedSample> samples) {
    start.restore();
    try (Trainer trainer = new Trainer(model, recipe.scope(), recipe.optimizer(), recipe.seed())) {
      return run(trainer, samples);
    } finally {
      start.restore();
    }
  }

  private Outcome run(Trainer trainer, List<TokenizedSample> samples) {
    Map<String, Double> updates = new LinkedHashMap<>();
    Criterion.Standing before = standing(samples);
    criteria.stream().filter(c -> c.met(before)).forEach(c -> updates.put(c.name(), 0.0));
    List<TrainingSequence> sequences = sequences(samples);
    double change = updates.containsKey(criteria.get(0).name()) ? 0 : Double.NaN;
    Criterion.Standing last = before;
    for (int u = 1; u <= most && updates.size() < criteria.size(); u++) {
      trainer.accumulate(sequences);
      trainer.update(LearningRate.at(recipe.optimizer(), u - 1, most));
      Criterion.Standing now = standing(samples);
      for (Criterion criterion : criteria) {
        if (criterion.met(now) && !updates.containsKey(criterion.name())) {
          updates.put(criterion.name(), u - 1 + criterion.crossing(last, now));
        }
      }
      if (Double.isNaN(change) && updates.containsKey(criteria.get(0).name())) {
        change = start.meanAbsoluteChange();
      }
      last = now;
    }
    return new Outcome(updates, Double.isNaN(change) ? start.meanAbsoluteChange() : change);
  }

  private List<TrainingSequence> sequences(List<TokenizedSample> samples) {
    Map<String, Double> reference = new LinkedHashMap<>();
    List<Scorer.TokenScores> scores = scores(samples);
    for (int i = 0; i < samples.size(); i++) {
      reference.put(samples.get(i).id(), -Arrays.stream(scores.get(i).logProbs()).sum());
    }
    UnlearningMethod method = Methods.of(recipe.method(), Reference.ofNll(reference));
    UpdateSize size = UpdateSize.of(samples);
    return samples.stream()
        .map(s -> new TrainingSequence(s, method.objective(new Drawn(s), size)))
        .toList();
  }

  private Criterion.Standing standing(List<TokenizedSample> samples) {
    double sum = 0;
    int hits = 0;
    int tokens = 0;
    for (Scorer.TokenScores scores : scores(samples)) {
      sum += Arrays.stream(scores.logProbs()).sum();
      for (boolean hit : scores.isArgmax()) {
        hits += hit ? 1 : 0;
      }
      tokens += scores.logProbs().length;
    }
    return new Criterion.Standing(sum, hits, tokens);
  }

  private List<Scorer.TokenScores> scores(List<TokenizedSample> samples) {
    return new Scorer(model).score(samples, ProgressListener.NONE);
  }
}
