package io.engram.unlearn.method;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.LanguageModel;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.Objective;
import io.engram.model.train.TrainingScope;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Representation misdirection: {@code w_f · mean_F mean_t mean_d (h_td − c·u_d)²}, with h the
 * hidden states after one layer where the labelled tokens are predicted, and u a random direction
 * drawn once. Forget samples' states are led to one meaningless place; a retain loss holds the
 * others where they were ({@link RetainTerm}).
 *
 * <p><b>Source:</b> Li et al. 2024, "The WMDP Benchmark". <b>Differs:</b> mean over d, as in their
 * code; rows that predict labelled tokens, without prompt or padding, as everywhere here; all
 * weights of the trained layers, where theirs trains an MLP matrix of each.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param layer after which hidden states are taken, from 0; null: a quarter of the way up
 * @param steering c, the length of the vector they are led to
 */
@Choice(value = "rmu", summary = "hidden states led to one place")
public record Rmu(
    double forgetWeight,
    double retainWeight,
    @Setting(
            value = "hidden",
            reason =
                "What keeps the retain set: its hidden states at method.layer (hidden), or as"
                    + " elsewhere nll or kl.")
        RetainLoss retainLoss,
    @Setting(
            range = ">= 0",
            unit = "layer",
            shown = "a quarter of the way up (7 of 32)",
            reason =
                "Hidden states are taken after this layer, from 0; it is trained with the two"
                    + " before it, or scope.layers.")
        @Nullable Integer layer,
    @Setting(
            value = "2",
            range = "> 0",
            reason =
                "Length of the random vector that hidden states are led to: several times a usual"
                    + " state's at that layer. 6.5 to 20 for 7B models by its authors.")
        double steering)
    implements UnlearningMethod {
  /** Layers that are trained, up to the one whose states are led away. */
  private static final int TRAINED_LAYERS = 3;

  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.ToStates(
        reference.controlOrThrow(), forgetWeight / size.sequences() / drawn.sample().labels());
  }

  @Override
  public LayerTargets control(LanguageModel model, long seed) {
    int width = model.decoder().config().hiddenSize();
    return LayerTargets.common(
        model, stateLayer(model.decoder().config().layers()), controlVector(width, steering, seed));
  }

  /**
   * c·u, with u uniform in [0, 1)^C and then scaled to norm 1: all of its numbers positive, as
   * published.
   *
   * @param seed names the stream (seed, "rmu", 0, 0)
   */
  public static double[] controlVector(int width, double steering, long seed) {
    RandomStream stream = RandomStream.of(seed, "rmu", 0, 0);
    double[] vector = IntStream.range(0, width).mapToDouble(d -> stream.nextDouble()).toArray();
    double norm =
        Math.sqrt(IntStream.range(0, width).mapToDouble(d -> vector[d] * vector[d]).sum());
    return IntStream.range(0, width).mapToDouble(d -> steering * vector[d] / norm).toArray();
  }

  /**
   * The layer of the recipe, or a quarter of the way up: 7 of 32, as published.
   *
   * @throws EngramException if the model has no such layer
   */
  @Override
  public int stateLayer(int layers) {
    if (layer != null && layer >= layers) {
      throw EngramException.usage(
          "method.layer = %d: the model has layers 0 to %d.".formatted(layer, layers - 1));
    }
    return layer == null ? (layers - 1) / 4 : layer;
  }

  /**
   * The recipe's layers, or the last three up to the one whose states count.
   *
   * @throws EngramException if a layer above it is asked for, which no gradient reaches
   */
  @Override
  public TrainingScope scope(TrainingScope asked, int layers) {
    int last = stateLayer(layers);
    for (int trained : asked.layers()) {
      if (trained > last) {
        throw EngramException.usage(
            ("scope.layers has %d, above method.layer = %d, after which rmu takes the states: no"
                    + " gradient reaches it. Leave it out, or set method.layer higher.")
                .formatted(trained, last));
      }
    }
    return asked.layers().isEmpty()
        ? asked.in(
            IntStream.rangeClosed(Math.max(0, last - TRAINED_LAYERS + 1), last).boxed().toList())
        : asked;
  }

  @Override
  public String studyObstacle() {
    return "leads hidden states away, whatever becomes of the answer";
  }
}
