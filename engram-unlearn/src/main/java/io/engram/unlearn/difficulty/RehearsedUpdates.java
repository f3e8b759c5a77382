package io.engram.unlearn.difficulty;

import io.engram.core.EngramException;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The updates after which each sample is forgotten when all are unlearned together, from a
 * rehearsal: the run itself with steps F times as long, whose number of updates is multiplied by F.
 * Unlike the scores of a sample alone it sees what the samples do to each other.
 *
 * <p>A sample that isn't forgotten in the rehearsal is extended at the speed it had. One that went
 * less than a fifth of its way counts as if it had gone a fifth, which is the most that a rehearsal
 * can tell. 0: forgotten before the first update.
 *
 * <p>An order uses 1/max(N, 1) in place of MRD, as with {@link PredictedUpdates}.
 *
 * <p><b>Source:</b> ours. Before a joint run until a mean loss of 1.5 nats on the built-in model,
 * its ranks agreed with the updates that were needed at ρ = 0.94 (forget01) and 0.82 (forget10)
 * with F = 5, at 0.89 and 0.70 with F = 10.
 *
 * @param factor F, how many times as long a step is
 * @param until τ, the mean loss at which a sample counts as forgotten, nats a token; 0: what the
 *     run's stopping rule says, or {@link #MEAN_LOSS} where it checks no samples
 */
@Choice(
    value = "rehearsal",
    summary =
        "not MRD: how many updates a sample needs, from the run itself with longer steps, before "
            + "the first update; p_i ∝ 1 / updates with weight: mrd")
public record RehearsedUpdates(
    @Setting(
            value = "5",
            range = "> 1",
            reason =
                "F: the rehearsal makes steps this many times as long, so it takes about this "
                    + "share of the run. Larger is cheaper and ranks the samples worse.")
        double factor,
    @Setting(
            value = "auto",
            range = "> 0",
            auto = true,
            unit = "nats a token",
            reason =
                "The mean loss at which a sample counts as forgotten. auto: when stop.rule says so, "
                    + "or at 1.5 where it checks no samples.")
        double until)
    implements DifficultyScore {
  /** τ where nothing else says when a sample is forgotten, nats a token. */
  public static final double MEAN_LOSS = 1.5;

  /** A run that can be rehearsed from the model's present weights, which it leaves unchanged. */
  public interface Run {
    /**
     * Rehearses it.
     *
     * @param factor F
     * @param until τ; 0: by the run's stopping rule
     */
    Found rehearse(double factor, double until);
  }

  /**
   * What a rehearsal found.
   *
   * @param updates of the run until each sample is forgotten; NaN: it hardly moved
   * @param forgotten how many samples were forgotten in the rehearsal
   * @param made updates of the rehearsal
   * @param most updates that a sample which hardly moved needs at least
   * @param until τ by which a sample counted as forgotten; 0: the run's stopping rule decided
   * @param diverged whether the loss ran away
   */
  public record Found(
      double[] updates, int forgotten, int made, double most, double until, boolean diverged) {}

  @Override
  public String title() {
    return "rehearsed updates";
  }

  @Override
  public String unit() {
    return "updates";
  }

  @Override
  public String about() {
    return """
    Rehearsed updates: how many updates of the run make the model forget a sample among the others, from a rehearsal with longer steps. Large = hard to forget. Not MRD.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.GRADIENTS, Need.OPTIMIZER, Need.REHEARSAL);
  }

  @Override
  public Cost cost() {
    return new Cost(Double.NaN, "1/%.0f of the run, and its checks".formatted(factor));
  }

  /** {@code 1 / max(N, 1)}. */
  @Override
  public double ease(double value) {
    return 1 / Math.max(value, 1);
  }

  @Override
  public Measured measure(Scoring scoring) {
    double rate = scoring.optimizer(this).learningRate();
    Found found = scoring.rehearsed(this).rehearse(factor, until);
    List<TokenizedSample> tokens = scoring.tokens();
    if (found.diverged()) {
      String why =
          "The rehearsal's loss ran away after %d updates with steps %s times as long."
              .formatted(found.made(), factor);
      if (scoring.refuses()) {
        throw EngramException.usage(
            why + "\nUse a smaller order.estimator.factor or optimizer.learning_rate.");
      }
      double[] none = new double[tokens.size()];
      Arrays.fill(none, Double.NaN);
      return Measured.exact(this, tokens, none, why);
    }
    double[] updates =
        Arrays.stream(found.updates()).map(u -> Double.isNaN(u) ? found.most() : u).toArray();
    return Measured.exact(this, tokens, updates, notes(found, rate).toArray(String[]::new));
  }

  private List<String> notes(Found found, double rate) {
    int all = found.updates().length;
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "updates at learning rate %s until %s, from %d updates with steps %s times as long",
            rate,
            found.until() == 0
                ? "the stopping rule counts a sample as forgotten"
                : "a mean loss of " + found.until(),
            found.made(),
            factor));
    long before = Arrays.stream(found.updates()).filter(u -> u == 0).count();
    if (before > 0) {
      notes.add("%d of %d samples are forgotten to begin with: 0 updates".formatted(before, all));
    }
    long still = Arrays.stream(found.updates()).filter(Double::isNaN).count();
    long extended = all - found.forgotten() - still;
    if (extended > 0) {
      notes.add(
          "%d of %d samples were not forgotten in the rehearsal and are extended at their speed"
              .formatted(extended, all));
    }
    if (still > 0) {
      notes.add(
          "%d of %d samples hardly moved and are counted as %.0f updates"
              .formatted(still, all, found.most()));
    }
    return notes;
  }
}
