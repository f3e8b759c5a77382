package io.engram.unlearn.method;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
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
 * @param weight w_f
 * @param control c·u after the layer
 */
public record Rmu(double weight, LayerTargets control) implements UnlearningMethod {
  /** Layers that are trained, up to the one whose states are led away. */
  private static final int TRAINED_LAYERS = 3;

  @Override
  public Objective objective(Drawn drawn, UpdateSize size) {
    return new Objective.ToStates(control, weight / size.sequences() / drawn.sample().labels());
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
   * The layer of a recipe, or a quarter of the way up: 7 of 32, as published.
   *
   * @throws EngramException if the model has no such layer
   */
  public static int layer(@Nullable Integer given, int layers) {
    if (given != null && given >= layers) {
      throw EngramException.usage(
          "method.layer = %d: the model has layers 0 to %d.".formatted(given, layers - 1));
    }
    return given == null ? (layers - 1) / 4 : given;
  }

  /**
   * What is trained: the recipe's layers, or the last three up to the one whose states count.
   *
   * @throws EngramException if a layer above it is asked for, which no gradient reaches
   */
  public static TrainingScope scope(TrainingScope scope, int layer) {
    for (int trained : scope.layers()) {
      if (trained > layer) {
        throw EngramException.usage(
            "scope.layers has %d, above method.layer = %d, after which rmu takes the states: no gradient"
                    .formatted(trained, layer)
                + " reaches it. Leave it out, or set method.layer higher.");
      }
    }
    return scope.layers().isEmpty()
        ? scope.in(
            IntStream.rangeClosed(Math.max(0, layer - TRAINED_LAYERS + 1), layer).boxed().toList())
        : scope;
  }
}
