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
 * How many updates of gradient ascent on a sample alone would make its mean loss τ, from one
 * gradient and one look along it ({@link UpdatesPredictor}). The updates are those of the run's
 * optimizer at its learning rate, without schedule, decay, momentum and clipping.
 *
 * <p>An order takes 1/N for MRD, which is what Def. 3.4 has MRD stand for. N below 1 counts as 1,
 * for no sample is drawn for less than an update: one that is forgotten already, N = 0, is as easy
 * as one that needs a single update, and doesn't take all draws.
 *
 * <p><b>Source:</b> not in the paper.
 *
 * @param until τ, the mean loss at which a sample counts as forgotten, nats a token
 * @param scope which tokens count
 */
@Choice(
    value = "predicted_updates",
    summary =
        "in MRD's place, how many updates a sample needs by one gradient and one look along it, p_i"
            + " ∝ 1 / updates with weight: mrd")
public record PredictedUpdates(
    @Setting(
            value = "1.5",
            range = "> 0",
            unit = "nats a token",
            reason =
                "The mean loss at which a sample counts as forgotten. The updates are those of"
                    + " optimizer.name at optimizer.learning_rate, on this sample alone, without"
                    + " schedule, decay, momentum and clipping.")
        double until,
    @Setting(value = "answer", reason = "Which tokens count: the answer's, or all but the first.")
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
    Predicted updates: how many updates of gradient ascent on a sample alone would make the model
    forget it, from one gradient and one look along it. Large = hard to forget. Not MRD.\
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
          ("Sample %s has the mean loss %s nats and no finite one along its gradient, so its"
                  + " updates can't be predicted.%n"
                  + "The model is damaged or has diverged; try a smaller optimizer.learning_rate.")
              .formatted(sample.id(), loss));
    }
    return prediction.updates();
  }

  private List<String> notes(double[] updates, OptimizerSettings optimizer, boolean adapted) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "updates of %s at learning rate %s on %s, until a mean loss of %s nats a token"
            .formatted(
                optimizer.algorithm().name().toLowerCase(Locale.ROOT),
                optimizer.learningRate(),
                adapted ? "the adapters" : "the weights",
                until));
    long done = count(updates, u -> u == 0);
    if (done > 0) {
      notes.add("%d of %d samples are there already: 0".formatted(done, updates.length));
    }
    long most = count(updates, u -> u >= UpdatesPredictor.MOST);
    if (most > 0) {
      notes.add(
          "%d of %d samples need %.0f or more, counted as so many"
              .formatted(most, updates.length, UpdatesPredictor.MOST));
    }
    return notes;
  }

  private static long count(double[] updates, DoublePredicate which) {
    return Arrays.stream(updates).filter(which).count();
  }
}
