package io.engram.model.gradient;

import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.RandomSigns;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Second derivatives of token log-probabilities over all parameters, by differentiating gradients
 * again; no step size. With {@code s(w) = ∂_θ(Σ_t w_t ℓ_t)·v} and {@code s₂(w) = ∂_θ s·v}, both
 * linear in w, {@code ∂s₂/∂w_t = vᵀ∇²ℓ_t v} for all tokens at once.
 *
 * <p>Computes in at least float32. A tied head is one parameter; an adapter's W + s·BA is one
 * weight, moved by W. Meanwhile the whole process computes attention by its definition.
 */
public final class SecondDerivatives {
  private final LanguageModel model;

  /** Over this model's weights as they are at each call; borrows it. */
  public SecondDerivatives(LanguageModel model) {
    this.model = model;
  }

  /**
   * {@code vᵀ∇²ℓ_t v} for random signs v; its expectation over v is {@code Tr ∇²ℓ_t} (Hutchinson
   * 1990).
   *
   * @param signs the stream of v; parameter number i takes the stream's child i
   * @return {@code [n]}
   */
  public double[] along(TokenizedSample sample, RandomStream signs) {
    return differentiate(
        sample,
        (pass, theta) -> {
          List<Tensor> v = new ArrayList<>();
          for (int i = 0; i < theta.size(); i++) {
            Tensor weight = theta.get(i);
            long[] shape = Tensors.shape(weight);
            v.add(
                RandomSigns.draw(
                    signs.child(i), shape, weight.scalar_type().intern(), Device.of(weight)));
          }
          return pass.along(v);
        });
  }

  /**
   * {@code Tr ∇²ℓ_t}, one parameter after another: two backward passes each, for tiny models.
   *
   * @return {@code [n]}
   */
  public double[] exactTraces(TokenizedSample sample) {
    return differentiate(sample, (pass, theta) -> pass.traces());
  }

  private interface Derivative {
    double[] of(TwicePass pass, List<Tensor> theta);
  }

  private double[] differentiate(TokenizedSample sample, Derivative derivative) {
    Decoder decoder = model.decoder();
    try (PointerScope scope = new PointerScope();
        MathAttention definition = new MathAttention();
        Parameters leaves = leaves(decoder.parameters());
        AutoGradMode on = new AutoGradMode(true)) {
      List<Tensor> theta = leaves.names().stream().map(leaves::get).toList();
      Decoder own = new Decoder(decoder.config(), leaves, decoder.device());
      return derivative.of(new TwicePass(own, sample, theta), theta);
    }
  }

  /** The same numbers as autograd leaves, so that the model's own weights stay unchanged. */
  private static Parameters leaves(Parameters stored) {
    Parameters leaves = new Parameters();
    for (String name : stored.names()) {
      Tensor leaf = SquaredNorms.wide(stored.get(name).detach());
      leaf.set_requires_grad(true);
      leaves.put(name, leaf);
    }
    stored.adapters().forEach(leaves::putAdapter);
    return leaves;
  }

  /**
   * One sample's {@code ∂_θ Σ_t w_t ℓ_t}, with its graph, so that it can be differentiated again.
   */
  static final class TwicePass {
    /** Above it, softplus(m) equals m in float64. */
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
     * ℓ_t {@code [n]} as {@code −softplus(log Σ_{v≠y} exp(z_v − z_y))}: derivatives keep their
     * digits when the model is certain.
     */
    private static Tensor logProbs(Decoder decoder, TokenizedSample sample) {
      LabelledBatch batch = LabelledBatch.of(List.of(sample));
      Tensor embedded = decoder.embed(batch.batch().ids());
      Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
      Tensor hidden = decoder.hidden(batch.batch(), embedded, rows);
      Tensor z = decoder.lmHead().logits(hidden);
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

    /** Gradients of a scalar, differentiable again. */
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

  /**
   * While open, attention is computed by its definition: softmax and two products, which can be
   * differentiated any number of times. libtorch's fused kernels have no second derivative. The
   * switch is for the whole process; closing restores it.
   */
  static final class MathAttention implements AutoCloseable {
    private final Context context = torch.globalContext();
    private final boolean flash = context.userEnabledFlashSDP();
    private final boolean memoryEfficient = context.userEnabledMemEfficientSDP();
    private final boolean cudnn = context.userEnabledCuDNNSDP();

    MathAttention() {
      context.setSDPUseFlash(false);
      context.setSDPUseMemEfficient(false);
      context.setSDPUseCuDNN(false);
    }

    @Override
    public void close() {
      context.setSDPUseFlash(flash);
      context.setSDPUseMemEfficient(memoryEfficient);
      context.setSDPUseCuDNN(cudnn);
    }
  }
}
