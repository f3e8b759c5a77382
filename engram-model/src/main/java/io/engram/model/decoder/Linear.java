package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x Wᵀ + b}, plus an adapter's low-rank addition if there is one. If a family stores
 * {@code Wᵀ [in, out]}, it stays so: noise, gradients and updates are those of the stored numbers.
 */
final class Linear {
  private Linear() {}

  /**
   * Applies the layer whose weight is called {@code prefix + ".weight"}.
   *
   * @param x {@code [N, in]}
   * @return {@code [N, out]}
   */
  static Tensor apply(
      Parameters parameters,
      LayerObserver observer,
      DecoderConfig config,
      String prefix,
      Tensor x) {
    String name = prefix + ".weight";
    Tensor stored = as(x, parameters.get(name));
    Tensor weight = config.structure().transposed() ? stored.t() : stored;
    @Nullable Tensor bias = parameters.find(prefix + ".bias");
    Tensor y = bias == null ? torch.linear(x, weight) : torch.linear(x, weight, as(x, bias));
    Parameters.@Nullable Adapter adapter = parameters.adapter(name);
    return observer.linear(prefix, x, adapter == null ? y : y.add(low(x, adapter)));
  }

  /** A weight in the number format of x, for passes that are more exact than the weights. */
  static Tensor as(Tensor x, Tensor weight) {
    ScalarType type = x.scalar_type().intern(); // native code returns a new object each time
    return weight.scalar_type().intern() == type ? weight : weight.to(type);
  }

  /** Adapters are always float32: their small steps would be lost in bfloat16. */
  private static Tensor low(Tensor x, Parameters.Adapter adapter) {
    ScalarType type = x.scalar_type();
    ScalarType own = adapter.a().scalar_type();
    Tensor low = torch.linear(torch.linear(x.to(own), adapter.a()), adapter.b());
    return low.mul(new org.bytedeco.pytorch.Scalar(adapter.scale())).to(type);
  }
}
