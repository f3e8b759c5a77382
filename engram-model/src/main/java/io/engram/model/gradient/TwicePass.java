package io.engram.model.gradient;

import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One sample's {@code ∂_θ Σ_t w_t ℓ_t}, kept so that it can be differentiated again. */
final class TwicePass {
  /** Above it softplus(m) is m to all the digits of float64. */
  private static final double SOFTPLUS_IS_LINEAR = 40;

  private final Tensor w;
  private final List<Tensor> theta;
  private final TensorVector gradient;

  /**
   * Runs the pass forward and back; its tensors belong to the running scope.
   *
   * @param theta the decoder's weights, leaves of autograd
   */
  TwicePass(Decoder decoder, TokenizedSample sample, List<Tensor> theta) {
    this.theta = theta;
    Tensor logProbs = logProbs(decoder, sample);
    this.w = torch.ones_like(logProbs.detach());
    w.set_requires_grad(true);
    this.gradient = gradients(logProbs.mul(w).sum(), Tensors.vector(theta));
  }

  /**
   * ℓ_t {@code [n]} as {@code −softplus(log Σ_{v≠y} exp(z_v − z_y))}: no derivative loses its
   * digits where the model is certain.
   */
  private static Tensor logProbs(Decoder decoder, TokenizedSample sample) {
    LabelledBatch batch = LabelledBatch.of(List.of(sample));
    Tensor embedded = decoder.embed(batch.batch().ids());
    Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
    Tensor hidden = decoder.hidden(batch.batch(), embedded, rows);
    Tensor z = decoder.head().logits(hidden);
    Tensor targets = Tensors.ofInts(batch.targets(), Device.of(z)).view(-1, 1);
    Tensor others =
        z.sub(z.gather(1, targets)).scatter(1, targets, new Scalar(Double.NEGATIVE_INFINITY));
    Tensor m = torch.logsumexp(others, 1);
    return torch.softplus(m, new Scalar(1.0), new Scalar(SOFTPLUS_IS_LINEAR)).neg();
  }

  /**
   * {@code vᵀ∇²ℓ_t v}, {@code [n]}.
   *
   * @param v one tensor a weight, of its shape
   */
  double[] along(List<Tensor> v) {
    Tensor slope = dot(gradient, v);
    Tensor curvature = dot(gradients(slope, Tensors.vector(theta)), v);
    return Tensors.toDoubles(gradients(curvature, new TensorVector(w)).get(0));
  }

  /** {@code Σ_i e_iᵀ∇²ℓ_t e_i}, {@code [n]}. */
  double[] traces() {
    double[] traces = new double[(int) w.numel()];
    for (int p = 0; p < theta.size(); p++) {
      for (long i = 0; i < theta.get(p).numel(); i++) {
        try (PointerScope scope = new PointerScope()) {
          double[] own = curvature(p, i);
          Arrays.setAll(traces, t -> traces[t] + own[t]);
        }
      }
    }
    return traces;
  }

  private double[] curvature(int parameter, long index) {
    Tensor slope = gradient.get(parameter).reshape(-1).narrow(0, index, 1).sum();
    Tensor row = gradients(slope, new TensorVector(theta.get(parameter))).get(0);
    Tensor curvature = row.reshape(-1).narrow(0, index, 1).sum();
    return Tensors.toDoubles(gradients(curvature, new TensorVector(w)).get(0));
  }

  private static Tensor dot(TensorVector gradients, List<Tensor> v) {
    Tensor sum = gradients.get(0).mul(v.get(0)).sum();
    for (int i = 1; i < v.size(); i++) {
      sum = sum.add(gradients.get(i).mul(v.get(i)).sum());
    }
    return sum;
  }

  /** Gradients of a scalar that can be differentiated again. */
  private static TensorVector gradients(Tensor scalar, TensorVector of) {
    return torch.grad(
        new TensorVector(scalar),
        of,
        new TensorVector(torch.ones_like(scalar.detach())),
        new BoolOptional(true),
        true,
        false);
  }
}
