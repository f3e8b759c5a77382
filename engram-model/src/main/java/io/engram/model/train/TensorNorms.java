package io.engram.model.train;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The size of the gradient of a sample's loss, averaged over parameter tensors: {@code (1/J) Σ_j
 * ‖∂L/∂θ_j‖₂} over the J trained tensors, {@code L = −(1/n) Σ_t ℓ_t}. Each tensor counts the same
 * whatever its size; a weight shared by embedding and head is one tensor.
 *
 * <p>One pass forward and back for each sample, about three times the cost of scoring it alone,
 * since a norm over a batch isn't one over its samples; and additional memory for the trained
 * weights in float32.
 */
public final class TensorNorms {
  private final LanguageModel model;
  private final TrainingScope scope;

  /** Over all weights of this model, or its adapters if it has any; borrows it. */
  public TensorNorms(LanguageModel model) {
    this.model = model;
    this.scope = TrainingScope.all();
  }

  /** The mean norm for every sample over all its labelled tokens, in the order given. */
  public double[] of(List<TokenizedSample> samples, ProgressListener progress) {
    double[] norms = new double[samples.size()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = of(samples.get(i));
      progress.advance(1);
    }
    return norms;
  }

  private double of(TokenizedSample sample) {
    double share = 1.0 / sample.labels();
    SequenceLoss mean =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -share);
          return new SequenceLoss.Slope(-share * Arrays.stream(logProbs).sum(), slopes);
        };
    try (PointerScope scoped = new PointerScope();
        AutogradLeaves leaves = new AutogradLeaves(model.decoder(), scope)) {
      Map<String, Tensor> sums = new LinkedHashMap<>();
      JointStep.pass(
          leaves, List.of(new TrainingSequence(sample, new Objective.OfLogProbs(mean))), sums);
      try (AutoGradMode off = new AutoGradMode(false)) {
        List<Tensor> gradients = new ArrayList<>(leaves.with(sums).values());
        return gradients.stream().mapToDouble(Tensors::norm).average().orElseThrow();
      }
    }
  }
}
