package io.engram.model.train;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Log-probabilities after the first update of gradient ascent on several samples taken as one:
 * {@code ℓ_t(θ + h·d)} with {@code d = sign(∇L)} or {@code d = ∇L}, {@code L = −(1/n) Σ_t ℓ_t} over
 * all labelled tokens of the samples. It takes one pass forward and back, which also gives ℓ_t(θ),
 * and one forward pass at the moved weights.
 *
 * <p>No weight and no gradient of the model is written, so a {@link Trainer} may be open on it.
 * What {@code scope} trains moves: the adapters if the model has any, else all weights. For a step
 * of each sample alone, see {@link io.engram.model.gradient.SeparateSteps}.
 */
public final class JointStep {
  private final LanguageModel model;
  private final TrainingScope scope;

  /** Over this model's weights as they are at each call; borrows it. */
  public JointStep(LanguageModel model, TrainingScope scope) {
    this.model = model;
    this.scope = scope;
  }

  /**
   * At θ.
   *
   * @param logProbs ℓ_t of all samples one after another, nats, {@code [n]}
   * @param l1 Σ|∂L/∂θ_i| over the trained weights
   * @param l2 √(Σ(∂L/∂θ_i)²)
   */
  public record Start(double[] logProbs, double l1, double l2) {
    /** L, nats a token. */
    public double loss() {
      return -Arrays.stream(logProbs).average().orElseThrow();
    }
  }

  /**
   * At θ and at θ + h·d.
   *
   * @param distance h
   * @param along ℓ_t at θ + h·d, {@code [n]}; equal to those at θ if h is 0
   */
  public record Look(Start start, double distance, double[] along) {}

  /**
   * Computes one look.
   *
   * @param samples taken as one, at least one
   * @param sign whether d is sign(∇L)
   * @param distance gives h, once the start is known; 0: no look is needed
   */
  public Look of(List<TokenizedSample> samples, boolean sign, ToDoubleFunction<Start> distance) {
    try (PointerScope scoped = new PointerScope();
        AutogradLeaves leaves = new AutogradLeaves(model.decoder(), scope)) {
      double[][] logProbs = new double[samples.size()][];
      Map<String, Tensor> descent = leaves.with(gradients(leaves, samples, logProbs));
      try (AutoGradMode off = new AutoGradMode(false)) {
        Start start = start(logProbs, descent);
        double h = distance.applyAsDouble(start);
        double[] along = h == 0 ? start.logProbs() : along(leaves, samples, descent, sign, h);
        return new Look(start, h, along);
      }
    }
  }

  private static Start start(double[][] logProbs, Map<String, Tensor> gradients) {
    double l1 = 0;
    double squares = 0;
    for (Tensor gradient : gradients.values()) {
      try (PointerScope scope = new PointerScope()) {
        // Not the norm of order 1, which sums naively in float32.
        l1 += gradient.abs().sum().item_double();
        double own = Tensors.norm(gradient);
        squares += own * own;
      }
    }
    return new Start(joined(Arrays.asList(logProbs)), l1, Math.sqrt(squares));
  }

  /** ∇(1/n) Σ_t ℓ_t = −∇L, in passes of the model's batch size. */
  private Map<String, Tensor> gradients(
      AutogradLeaves leaves, List<TokenizedSample> samples, double[][] logProbs) {
    double share = 1.0 / samples.stream().mapToInt(TokenizedSample::labels).sum();
    Map<String, Tensor> sums = new LinkedHashMap<>();
    for (int[] group : LabelledBatch.groups(samples, model.options().batchTokens())) {
      List<TrainingSequence> sequences = new ArrayList<>();
      for (int index : group) {
        SequenceLoss mean =
            l -> {
              logProbs[index] = l;
              double[] slopes = new double[l.length];
              Arrays.fill(slopes, share);
              return new SequenceLoss.Slope(share * Arrays.stream(l).sum(), slopes);
            };
        sequences.add(new TrainingSequence(samples.get(index), new Objective.OfLogProbs(mean)));
      }
      pass(leaves, sequences, sums);
    }
    return sums;
  }

  /** One pass forward and back; adds to {@code sums} and to the leaves' buffers. */
  static void pass(
      AutogradLeaves leaves, List<TrainingSequence> sequences, Map<String, Tensor> sums) {
    Decoder decoder = leaves.decoder();
    LabelledBatch batch = TrainingSequence.batch(sequences, decoder);
    Tensor embeddingGradient = leaves.embeddingGradient();
    Tensor embedded = decoder.embed(batch.batch().ids());
    embedded.set_requires_grad(embeddingGradient != null);
    Tensor hidden;
    try (AutoGradMode on = new AutoGradMode(true)) {
      Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
      hidden = decoder.hidden(batch.batch(), embedded, rows);
    }
    List<Tensor> inputs = leaves.leavesInGraph();
    if (embeddingGradient != null) {
      inputs.add(embedded);
    }
    TensorVector found;
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor slope =
          new LmHeadPass(decoder.lmHead(), leaves.headGradient())
              .run(sequences, batch, hidden.detach(), new double[sequences.size()]);
      found =
          torch.grad(
              new TensorVector(hidden),
              Tensors.vector(inputs),
              new TensorVector(slope),
              new BoolOptional(false),
              false,
              false);
      int next = 0;
      for (String name : leaves.inGraph().keySet()) {
        Tensor own = found.get(next++);
        Tensor sum = sums.putIfAbsent(name, own);
        if (sum != null) {
          sum.add_(own);
        }
      }
      if (embeddingGradient != null) {
        embeddingGradient.index_add_(
            0, Tensors.ofInts(batch.batch().ids(), decoder.device()), found.get(next));
      }
    }
  }

  /** ℓ_t at θ + h·d; the descent direction's memory becomes the moved weights. */
  private double[] along(
      AutogradLeaves leaves,
      List<TokenizedSample> samples,
      Map<String, Tensor> descent,
      boolean sign,
      double h) {
    Scalar step = new Scalar(-h);
    descent.forEach(
        (name, g) -> {
          Tensor direction = sign ? g.sign_() : g;
          torch.add_out(direction, leaves.leaf(name), direction, step);
        });
    try (Parameters moved = leaves.replaced(descent)) {
      Decoder decoder = leaves.decoder();
      return joined(
          new Scorer(
                  new Decoder(decoder.config(), moved, decoder.device()),
                  model.options().batchTokens())
              .logProbs(samples, ProgressListener.NONE));
    }
  }

  private static double[] joined(List<double[]> parts) {
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }
}
