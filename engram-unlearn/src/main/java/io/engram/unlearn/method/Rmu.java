package io.engram.unlearn.method;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.Objective;
import io.engram.model.train.TrainingScope;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Representation misdirection: {@code w_f · mean_F mean_t mean_d (h_td − c·u_d)²}, with h the
 * hidden states after one layer at the positions that predict labelled tokens, and u a random
 * direction drawn once. It steers the hidden states of forget samples to one meaningless point,
 * while a retain loss keeps those of other samples in place ({@link RetainTerm}).
 *
 * <p><b>Source:</b> Li et al. 2024, "The WMDP Benchmark". <b>Differs:</b> mean over d, as in their
 * code; only positions that predict labelled tokens, without prompt or padding, as everywhere here;
 * trains all weights of the trained layers, where theirs trains one MLP matrix of each. {@code
 * adaptive}: Dang et al. 2025, "On Effects of Steering Latent Representation for Large Language
 * Model Unlearning", {@code (h_td − c ‖h_t of the model at the start‖ u_d)²}.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param layer layer after which hidden states are read, from 0; null: a quarter of the way up
 * @param steering c, the length of the target vector
 * @param adaptive whether the target's length is c·‖h_t of the model at the start‖
 */
@Choice(value = "rmu", summary = "steers hidden states to one meaningless point")
public record Rmu(
    double forgetWeight,
    double retainWeight,
    @Setting(
            value = "hidden",
            reason =
                "The loss on the retain set. hidden: keeps its hidden states after method.layer "
                    + "where they were; nll or kl: as in other methods.")
        RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(
            range = ">= 0",
            unit = "layer",
            shown = "a quarter of the way up (7 of 32)",
            reason =
                "Steers the hidden states after this layer, counted from 0. Trains this layer "
                    + "and the two before it, unless scope.layers says otherwise.")
        @Nullable Integer layer,
    @Setting(
            value = "2",
            range = "> 0",
            reason =
                "Length of the random vector to which hidden states are steered. It should be "
                    + "several times the usual length of a state at that layer; its authors use "
                    + "6.5 to 20 for 7B models.")
        double steering,
    @Setting(
            value = "false",
            reason =
                "Whether method.steering is in units of each state's own length at the start, so "
                    + "that it fits any layer and any model. Its authors set method.steering to "
                    + "5 with it.")
        boolean adaptive)
    implements UnlearningMethod {
  /** Number of layers to train, up to and including the one whose states are steered. */
  private static final int TRAINED_LAYERS = 3;

  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight / size.sequences();
  }

  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.ToStates(
        reference.controlOrThrow(), forgetWeight / size.sequences() / drawn.sample().labels());
  }

  @Override
  public LayerTargets control(LanguageModel model, List<TokenizedSample> forget, long seed) {
    double[] vector = controlVector(model.decoder().config().hiddenSize(), steering, seed);
    int at = stateLayer(model.decoder().config().layers());
    return adaptive
        ? LayerTargets.byNorm(model, at, vector, forget, ProgressListener.NONE)
        : LayerTargets.common(model, at, vector);
  }

  /**
   * c·u, with u uniform in [0, 1)^C and then scaled to norm 1: all components are positive, as
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
   * The recipe's layer, or a quarter of the way up: 7 of 32, as published.
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
   * The recipe's layers, or the three up to and including the one whose states are steered.
   *
   * @throws EngramException if the recipe asks for a layer above that one, which no gradient
   *     reaches
   */
  @Override
  public TrainingScope scope(TrainingScope asked, int layers) {
    int last = stateLayer(layers);
    for (int trained : asked.layers()) {
      if (trained > last) {
        throw EngramException.usage(
            ("scope.layers has %d, which is above method.layer = %d: rmu reads the states"
                    + " there, so no gradient reaches higher layers. Leave it out, or set"
                    + " method.layer higher.")
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
    return "steers hidden states and does not target the answer";
  }
}
