package io.engram.model.gradient;

import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.RandomSigns;
import io.engram.model.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Moves a model along the random signs that {@link SecondDerivatives} differentiates along. */
final class SignSteps {
  private SignSteps() {}

  /** θ += step · v. */
  static void move(LanguageModel model, RandomStream signs, double step) {
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (int i = 0; i < parameters.names().size(); i++) {
        Tensor weight = parameters.get(parameters.names().get(i));
        Tensor v =
            RandomSigns.draw(
                signs.child(i),
                Tensors.shape(weight),
                weight.scalar_type().intern(),
                Device.of(weight));
        weight.add_(v, new Scalar(step));
      }
    }
  }
}
