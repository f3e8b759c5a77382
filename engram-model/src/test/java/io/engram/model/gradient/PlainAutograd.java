package io.engram.model.gradient;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Gradients over all weights as autograd makes them, one sample at a time on full logits. */
final class PlainAutograd {
  private PlainAutograd() {}

  /** A scalar made of a sample's logits {@code [n, V]} and log-probabilities {@code [n, V]}. */
  interface Scalar {
    Tensor of(Tensor logits, Tensor logProbs, Tensor targets);
  }

  /** Σ over parameters of the squared gradient of {@code scalar}; a tied weight counts once. */
  static double squaredNorm(LanguageModel model, TokenizedSample sample, Scalar scalar) {
    Parameters parameters = model.decoder().parameters();
    double sum = 0;
    parameters.names().forEach(name -> parameters.get(name).set_requires_grad(true));
    try (PointerScope scope = new PointerScope()) {
      LabelledBatch batch = LabelledBatch.of(List.of(sample));
      Tensor rows = Tensors.ofInts(batch.rows(), model.decoder().device());
      Tensor embedded = model.decoder().embed(batch.batch().ids());
      Tensor hidden = model.decoder().hidden(batch.batch(), embedded, rows);
      Tensor z = model.decoder().lmHead().logits(hidden);
      Tensor targets = Tensors.ofInts(batch.targets(), model.decoder().device());
      scalar.of(z, torch.log_softmax(z, 1), targets).backward();
      for (String name : parameters.names()) {
        Tensor weight = parameters.get(name);
        if (weight.grad().defined()) {
          sum += weight.grad().to(ScalarType.Double).square().sum().item_double();
          weight.mutable_grad().reset();
        }
      }
    }
    parameters.names().forEach(name -> parameters.get(name).set_requires_grad(false));
    return sum;
  }

  /** Σ_t c_t ℓ_t. */
  static Scalar weighted(double[] coefficients) {
    return (z, logP, targets) -> {
      Tensor own = logP.gather(1, targets.view(-1, 1)).view(-1);
      Tensor c = Tensors.ofDoubles(coefficients, io.engram.model.tensor.Device.of(z));
      return own.mul(c.to(z.scalar_type())).sum();
    };
  }
}
