package io.engram.model.gradient;

import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.RandomSigns;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Second derivatives of token log-probabilities over all parameters, by differentiating gradients
 * again; no step size. With {@code s(w) = ∂_θ(Σ_t w_t ℓ_t)·v} and {@code s₂(w) = ∂_θ s·v}, both
 * linear in w, {@code ∂s₂/∂w_t = vᵀ∇²ℓ_t v} for all tokens at once.
 *
 * <p>In float32 at least. A tied head is one parameter; an adapter's W + s·BA is one weight, moved
 * by W. Attention is computed by its definition meanwhile, for the whole process.
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

  /** The same numbers as leaves of autograd, so that the model's own weights stay as they are. */
  private static Parameters leaves(Parameters stored) {
    Parameters leaves = new Parameters();
    for (String name : stored.names()) {
      Tensor leaf = SampleBlocks.wide(stored.get(name).detach());
      leaf.set_requires_grad(true);
      leaves.put(name, leaf);
    }
    stored.adapters().forEach(leaves::putAdapter);
    return leaves;
  }
}
