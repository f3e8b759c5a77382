package io.engram.model.train;

import io.engram.model.text.TokenizedSample;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Losses over hidden states and their slopes: {@link Objective.ToStates}. */
final class StatePass {
  private StatePass() {}

  /**
   * Computes each sequence's loss and the gradient of the hidden states, {@code dL/dh = weight ·
   * (2/C) (h − c)}.
   *
   * @param hidden {@code [M, C]}, the sequences' rows one after the other
   * @param losses receives each sequence's loss
   * @return dL/dh, {@code [M, C]}; belongs to the running scope
   */
  static Tensor run(List<TrainingSequence> sequences, Tensor hidden, double[] losses) {
    Tensor gradient = torch.empty_like(hidden);
    double width = hidden.size(1);
    int from = 0;
    for (int s = 0; s < losses.length; s++) {
      Objective.ToStates objective = (Objective.ToStates) sequences.get(s).objective();
      for (TokenizedSample sample : sequences.get(s).samples()) {
        int rows = sample.labels();
        try (PointerScope scope = new PointerScope()) {
          Tensor h = wide(hidden.narrow(0, from, rows));
          Tensor difference = h.sub(objective.targets().of(sample).to(h.scalar_type()));
          double squares = difference.square().sum().to(ScalarType.Double).item_double();
          losses[s] += objective.weight() * squares / width;
          gradient
              .narrow(0, from, rows)
              .copy_(difference.mul_(new Scalar(objective.weight() * 2 / width)));
        }
        from += rows;
      }
    }
    return gradient;
  }

  /** In at least float32. */
  private static Tensor wide(Tensor hidden) {
    ScalarType type = hidden.scalar_type().intern(); // native code returns a new object each time
    return type == ScalarType.BFloat16 || type == ScalarType.Half
        ? hidden.to(ScalarType.Float)
        : hidden;
  }
}
