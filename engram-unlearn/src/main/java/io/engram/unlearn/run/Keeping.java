package io.engram.unlearn.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.Trees;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Trainer;
import io.engram.model.train.WeightCopy;
import io.engram.unlearn.stop.StoppingRule.Keep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds the loss on samples to keep. At each check it measures L_R, the mean loss a token on retain
 * samples that are never trained on. While its rise {@code r = L_R − L_R0} is more than the target
 * {@code 0.9 ε}, the retain weight grows by a dual variable: {@code w_r (1 + λ)} with {@code λ ←
 * max(0, λ + 0.1 (r − 0.9 ε)/ε)}, and the steps are shorter by {@code (0.9 ε / r)²}. The target
 * lies inside the bound since the rise moves up and down from check to check: one that is held at ε
 * itself is outside half of the time, also when everything is forgotten. It also keeps the weights
 * of the best check.
 *
 * <p><b>Source:</b> dual ascent on the Lagrangian of "forget, subject to L_R ≤ L_R0 + ε" with a
 * step of 0.1/ε, which makes λ free of units. Ten times the step winds λ up faster than weights can
 * follow: on the built-in model it reached 14, where the run forgets nothing more and keeps less.
 */
final class Keeping implements AutoCloseable {
  /** The folder of the best weights, inside the run folder. */
  private static final String BEST = "best";

  /** η ε. */
  private static final double STEP = 0.1;

  /** What the rise is held to, as a share of ε. */
  private static final double TARGET = 0.9;

  private static final double LEAST_BOUND = 0.05;

  /** Of checks that are all within the bound, or all outside. */
  static final Comparator<Checked> BEST_FIRST =
      Comparator.comparingInt(Checked::left)
          .thenComparingDouble(Checked::known)
          .thenComparingDouble(Checked::loss);

  private static final double SHARE_OF_START = 0.1;

  private final @Nullable Double bound;
  private final Keep keep;
  private final RunFolder folder;
  private final LanguageModel model;
  private final List<TokenizedSample> held;
  private final RunState state;
  private final WorkerGroup group;

  /** The best weights, if they are kept in memory; empty if the folder has them. */
  private final @Nullable WeightCopy copy;

  private boolean isWritten = true;

  /**
   * For a run.
   *
   * @param bound ε, nats a token; 0: chosen from the loss at the start; null: none
   * @param held retain samples that are never trained on; empty: the loss isn't measured
   * @param group the workers that measure together; its leader keeps the best weights
   * @param inMemory whether there is memory for the best weights; they are then written with the
   *     checkpoint only, not whenever a check finds better ones
   */
  Keeping(
      @Nullable Double bound,
      Keep keep,
      RunFolder folder,
      LanguageModel model,
      List<TokenizedSample> held,
      RunState state,
      WorkerGroup group,
      boolean inMemory) {
    this.group = group;
    this.copy = inMemory ? new WeightCopy() : null;
    this.bound = bound;
    this.keep = keep;
    this.folder = folder;
    this.model = model;
    this.held = held;
    this.state = state;
  }

  /**
   * What a resumed run needs to know.
   *
   * @param start L_R before the first update, nats a token; NaN if it isn't measured
   * @param loss L_R at the last check
   * @param lambda λ
   * @param best the best check so far; null if the weights of the last update are kept
   */
  record State(double start, double loss, double lambda, @Nullable Checked best) {}

  /**
   * A check.
   *
   * @param update number of updates before it
   * @param left samples that are not forgotten yet
   * @param known how well these are known, see {@link Stopping#known}
   * @param loss L_R, nats a token
   * @param forgottenAt {@link RunState.Looked#forgottenAt} at this check; null if the stopping rule
   *     checks no samples
   */
  record Checked(
      int update,
      int left,
      double known,
      double loss,
      @JsonInclude(JsonInclude.Include.NON_NULL) int @Nullable [] forgottenAt) {}

  /** Whether there is anything to do at a check. */
  boolean isOn() {
    return !held.isEmpty() || keep == Keep.BEST;
  }

  /** Measures the loss before the first update. */
  void begin(Trainer trainer, int left, double known) {
    if (!isOn() || state.kept() != null) {
      return;
    }
    double start = measure();
    Checked first = checked(left, known, start);
    State now = new State(start, start, 0, keep == Keep.BEST ? first : null);
    state.keep(now);
    saveBest(trainer);
    write(now, 0);
  }

  /** Measures the loss, adjusts λ, and keeps the weights if they are the best so far. */
  void look(Trainer trainer, int left, double known) {
    State before = state.kept();
    if (before == null) {
      return;
    }
    long start = System.nanoTime();
    double loss = measure();
    double lambda =
        bound == null ? 0 : raised(before.lambda(), loss - before.start(), epsilon(before.start()));
    Checked here = checked(left, known, loss);
    boolean better = before.best() != null && isBetter(here, before.best(), before.start());
    State now = new State(before.start(), loss, lambda, better ? here : before.best());
    state.keep(now);
    if (better) {
      saveBest(trainer);
    }
    write(now, (System.nanoTime() - start) / 1e9);
  }

  /** The check that the stopping rule has just made. */
  private Checked checked(int left, double known, double loss) {
    RunState.Looked looked = state.looked();
    int[] forgottenAt = looked == null ? null : looked.forgottenAt();
    return new Checked(state.updates(), left, known, loss, forgottenAt);
  }

  /** λ after a check: {@code max(0, λ + 0.1 (rise − 0.9 ε)/ε)}. */
  static double raised(double lambda, double rise, double epsilon) {
    return Math.max(0, lambda + STEP * (rise - TARGET * epsilon) / epsilon);
  }

  /**
   * Within the bound before outside; then the fewest samples left; then those that are left known
   * least, so that a run that forgets none of them completely still keeps what it did; then the
   * least loss.
   */
  private boolean isBetter(Checked here, Checked best, double start) {
    boolean within = isWithin(here.loss(), start);
    if (within != isWithin(best.loss(), start)) {
      return within;
    }
    return BEST_FIRST.compare(here, best) < 0;
  }

  private boolean isWithin(double loss, double start) {
    return bound == null || Double.isNaN(start) || loss <= start + epsilon(start);
  }

  /** Whether the loss at the last check was within the bound. */
  boolean isWithin() {
    State now = state.kept();
    return now == null || isWithin(now.loss(), now.start());
  }

  /** How the samples to keep stand, in a few words; empty if they aren't measured. */
  String standing() {
    State now = state.kept();
    if (now == null || held.isEmpty()) {
      return "";
    }
    String most = bound == null ? "" : " of at most %.3f".formatted(epsilon(now.start()));
    return "keep loss %+.3f%s".formatted(now.loss() - now.start(), most);
  }

  /** By how much the loss has risen, nats a token; NaN if it isn't measured. */
  double rise() {
    State now = state.kept();
    return now == null ? Double.NaN : now.loss() - now.start();
  }

  /** By how much it has risen under the current model, measured now; changes nothing. */
  double riseNow() {
    State now = state.kept();
    return now == null ? Double.NaN : measure() - now.start();
  }

  /** By how much it may rise without harm: ε, or what it would be if there were a bound. */
  double mostRise() {
    State now = state.kept();
    return now == null ? Double.NaN : epsilon(now.start());
  }

  /** By what the retain weight is multiplied: 1 + λ. */
  double retainScale() {
    State now = state.kept();
    return now == null ? 1 : 1 + now.lambda();
  }

  /** ε for a loss at the start, nats a token. */
  double epsilon(double start) {
    return epsilon(bound, start);
  }

  /** ε: the bound as given, or a tenth of the loss at the start and at least 0.05. */
  static double epsilon(@Nullable Double bound, double start) {
    return bound != null && bound > 0 ? bound : Math.max(LEAST_BOUND, SHARE_OF_START * start);
  }

  /**
   * By what the learning rate is multiplied: {@code (0.9 ε / rise)²} while the loss has risen by
   * more than 0.9 ε, otherwise 1. Adam's steps are as long as the rate whatever the gradient, and
   * what they shake harms the samples to keep most.
   */
  double rateScale() {
    State now = state.kept();
    return bound == null || now == null
        ? 1
        : rateScale(now.loss() - now.start(), epsilon(now.start()));
  }

  /** {@code min(1, 0.9 ε / rise)²}. */
  static double rateScale(double rise, double epsilon) {
    double target = TARGET * epsilon;
    return rise > target ? Math.pow(target / rise, 2) : 1;
  }

  /**
   * Sets the weights to the best ones seen.
   *
   * @return the check that saw them; empty if these are the weights already
   */
  Optional<Checked> restoreBest(Trainer trainer) {
    State now = state.kept();
    Checked best = now == null ? null : now.best();
    if (best == null || best.update() == state.updates()) {
      return Optional.empty();
    }
    if (copy == null || copy.isEmpty()) {
      trainer.loadWeights(best());
    } else {
      trainer.setWeights(copy);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", best.update());
    fields.put("left", best.left());
    fields.put("keep_loss", best.loss());
    folder.journal().write("best", fields);
    return Optional.of(best);
  }

  /** Deletes the best weights of a run that is done: they are those of its model. */
  static void discardBest(RunFolder folder) {
    Path best = folder.path().resolve(BEST);
    try {
      Trees.delete(best);
    } catch (IOException e) {
      throw EngramException.resources(best + " can't be deleted: " + e.getMessage(), e);
    }
  }

  private void saveBest(Trainer trainer) {
    if (keep != Keep.BEST || !group.leads()) {
      return;
    }
    if (copy == null) {
      trainer.saveWeights(best());
    } else {
      trainer.copyWeights(copy);
      isWritten = false;
    }
  }

  /** Writes the best weights if the folder has others; before each checkpoint, which names them. */
  void write() {
    if (copy != null && !isWritten) {
      Trainer.saveWeights(copy, best());
      isWritten = true;
    }
  }

  @Override
  public void close() {
    if (copy != null) {
      copy.close();
    }
  }

  private Path best() {
    return folder.path().resolve(BEST);
  }

  private void write(State now, double seconds) {
    if (held.isEmpty()) {
      return;
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", state.updates());
    fields.put("samples", held.size());
    fields.put("loss", now.loss());
    fields.put("start", now.start());
    if (bound != null) {
      fields.put("bound", epsilon(now.start()));
      fields.put("lambda", now.lambda());
    }
    fields.put("seconds", seconds);
    folder.journal().write("keep", fields);
  }

  private double measure() {
    if (held.isEmpty()) {
      return Double.NaN;
    }
    int[] own = group.share(held.stream().mapToInt(s -> s.ids().length).toArray());
    List<double[]> logProbs =
        new Scorer(model)
            .logProbs(Arrays.stream(own).mapToObj(held::get).toList(), ProgressListener.NONE);
    if (group.isAlone()) {
      return loss(logProbs);
    }
    double[] sums = {
      logProbs.stream().flatMapToDouble(Arrays::stream).sum(),
      logProbs.stream().mapToInt(l -> l.length).sum()
    };
    double[] all = group.sum(sums);
    return -all[0] / all[1];
  }

  /** Mean −ℓ over all labelled tokens, nats. */
  static double loss(List<double[]> logProbs) {
    return -logProbs.stream().flatMapToDouble(Arrays::stream).average().orElse(Double.NaN);
  }
}
