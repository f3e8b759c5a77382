package io.engram.unlearn.difficulty;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.OptimizerSettings;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * Predicts how many updates of gradient ascent on a sample alone raise its mean loss to τ, from one
 * gradient and one forward pass along it ({@link UpdatesPredictor}). It assumes the run's optimizer
 * at its learning rate, without schedule, weight decay, momentum and clipping.
 *
 * <p>An order uses 1/N in place of MRD, which is what MRD stands for in Def. 3.4. N below 1 counts
 * as 1, since a draw makes at least one update: a sample that is already forgotten (N = 0) is as
 * easy as one that needs a single update, and does not take all draws.
 *
 * <p><b>Source:</b> not in the paper.
 *
 * @param until τ, the mean loss at which a sample counts as forgotten, nats a token
 * @param scope which tokens count
 */
@Choice(
    value = "predicted_updates",
    summary =
        "not MRD: how many updates a sample needs, predicted from one gradient and one pass "
            + "along it; p_i ∝ 1 / updates with weight: mrd")
public record PredictedUpdates(
    @Setting(
            value = "1.5",
            range = "> 0",
            unit = "nats a token",
            reason =
                "The mean loss at which a sample counts as forgotten. Predictions assume "
                    + "optimizer.name at optimizer.learning_rate on this sample alone, without "
                    + "schedule, weight decay, momentum and clipping.")
        double until,
    @Setting(
            value = "answer",
            reason = "Which tokens count. answer: those of the answer; all: all but the first.")
        Scope scope)
    implements DifficultyScore {
  @Override
  public String title() {
    return "predicted updates";
  }

  @Override
  public String unit() {
    return "updates";
  }

  @Override
  public String about() {
    return """
    Predicted updates: how many updates of gradient ascent on a sample alone make the model forget it, predicted from one gradient and one pass along it. Large = hard to forget. Not MRD.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.GRADIENTS, Need.OPTIMIZER);
  }

  @Override
  public Cost cost() {
    return new Cost(4, "one backward pass and one pass along it");
  }

  /** {@code 1 / max(N, 1)}. */
  @Override
  public double ease(double value) {
    return 1 / Math.max(value, 1);
  }

  @Override
  public Measured measure(Scoring scoring) {
    LanguageModel model = scoring.model();
    OptimizerSettings optimizer = scoring.optimizer(this);
    UpdatesPredictor predictor =
        new UpdatesPredictor(model, scoring.trained(this), optimizer, until);
    List<TokenizedSample> tokens = scoring.scorer(scope).samples();
    ProgressListener progress = scoring.progress();
    progress.start("predicted updates", tokens.size(), "samples");
    List<UpdatesPredictor.Prediction> found = predictor.each(tokens, progress);
    progress.finish();
    double[] updates = new double[found.size()];
    for (int i = 0; i < updates.length; i++) {
      updates[i] = usable(tokens.get(i), found.get(i));
    }
    boolean adapted = !model.decoder().parameters().adapters().isEmpty();
    return Measured.exact(
        this, tokens, updates, notes(updates, optimizer, adapted).toArray(String[]::new));
  }

  private static double usable(TokenizedSample sample, UpdatesPredictor.Prediction prediction) {
    double loss = prediction.loss();
    if (!Double.isFinite(loss) || Double.isNaN(prediction.updates())) {
      throw EngramException.usage(
          ("Sample %s has the mean loss %s nats, but no finite loss along its gradient, so its "
                  + "updates can't be predicted.%n"
                  + "The model is damaged or has diverged; try a smaller optimizer.learning_rate.")
              .formatted(sample.id(), loss));
    }
    return prediction.updates();
  }

  private List<String> notes(double[] updates, OptimizerSettings optimizer, boolean adapted) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "updates of %s at learning rate %s on %s, until a mean loss of %s nats per token"
            .formatted(
                optimizer.algorithm().name().toLowerCase(Locale.ROOT),
                optimizer.learningRate(),
                adapted ? "the adapters" : "the weights",
                until));
    long done = count(updates, u -> u == 0);
    if (done > 0) {
      notes.add(
          "%d of %d samples have already reached it: 0 updates".formatted(done, updates.length));
    }
    long most = count(updates, u -> u >= UpdatesPredictor.MOST);
    if (most > 0) {
      notes.add(
          "%d of %d samples need %.0f or more and are counted as that many"
              .formatted(most, updates.length, UpdatesPredictor.MOST));
    }
    return notes;
  }

  private static long count(double[] updates, DoublePredicate which) {
    return Arrays.stream(updates).filter(which).count();
  }
}
