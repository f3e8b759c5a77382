package io.engram.model.gradient;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.LmHead;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.RandomSigns;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** dL/dz of a chunk of whole samples' labelled tokens, {@code [m, V]}. */
@FunctionalInterface
interface LogitSlope {
  /** The slope of Σ_t c_t ℓ_t. */
  LogitSlope GRADIENT = (chunk, coefficients, samples, labels) -> chunk.gradient(coefficients);

  /**
   * The slope; may overwrite the chunk.
   *
   * @param coefficients c_t, {@code [m, 1]} in the chunk's type
   * @param samples the samples' indices
   * @param labels how many of the chunk's rows each has
   */
  Tensor at(LmHead.Chunk chunk, Tensor coefficients, int[] samples, int[] labels);

  /**
   * A random square root of ℓ's Gauss-Newton matrix: {@code dz = c (√p⊙ξ − p (√p·ξ))} with random
   * signs ξ over the vocabulary has {@code E dz dzᵀ = c² (diag p − p pᵀ)}. The target's own entry
   * is written so that nothing cancels when the model is certain: {@code √p_y ξ_y (1 − p_y) − p_y
   * Σ_{v≠y} √p_v ξ_v}.
   *
   * @param signs ξ of sample i comes from its child i
   */
  static LogitSlope gaussNewton(RandomStream signs) {
    return (chunk, coefficients, samples, labels) -> {
      Tensor p = chunk.others().div(chunk.total());
      ScalarType type = p.scalar_type();
      Tensor xi = torch.empty_like(p);
      int row = 0;
      for (int i = 0; i < samples.length; i++) {
        long[] shape = {labels[i], p.size(1)};
        Tensor own = RandomSigns.draw(signs.child(samples[i]), shape, type, Device.of(p));
        xi.narrow(0, row, labels[i]).copy_(own);
        row += labels[i];
      }
      Tensor roots = p.sqrt().mul_(xi);
      Tensor others = roots.sum(new long[] {1}, true, new ScalarTypeOptional());
      Tensor target = chunk.logProbs().exp().to(type).view(-1, 1);
      Tensor ownRoot = target.sqrt().mul_(xi.gather(1, chunk.targets()));
      Tensor own = ownRoot.mul(chunk.sum()).div_(chunk.total()).sub_(target.mul(others));
      Tensor slope = roots.sub_(p.mul_(others.add(ownRoot))).scatter_(1, chunk.targets(), own);
      return slope.mul_(coefficients);
    };
  }
}
