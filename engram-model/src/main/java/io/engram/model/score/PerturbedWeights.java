package io.engram.model.score;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.LayerSweep;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.GaussianNoise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code W + scale · ε} in float32 for the weights asked for, at every scale, from one ε that is
 * made once. The noise of a weight depends on the stream and the weight's number alone.
 */
final class PerturbedWeights implements LayerSweep.Variants {
  private final Parameters stored;
  private final RandomStream noise;
  private final double[] scales;
  private final List<String> names;

  PerturbedWeights(Parameters stored, RandomStream noise, double[] scales) {
    this.stored = stored;
    this.noise = noise;
    this.scales = scales;
    this.names = stored.names();
  }

  @Override
  public List<Parameters> of(List<String> wanted) {
    List<Parameters> variants = new ArrayList<>();
    for (int s = 0; s < scales.length; s++) {
      variants.add(new Parameters());
    }
    for (String name : wanted) {
      add(name, variants);
    }
    return variants;
  }

  private void add(String name, List<Parameters> variants) {
    try (PointerScope scope = new PointerScope()) {
      Tensor weight = stored.get(name).detach().to(Dtype.FLOAT32.torch());
      Tensor epsilon =
          Arrays.stream(scales).allMatch(s -> s == 0)
              ? null
              : GaussianNoise.like(weight, noise.child(names.indexOf(name)));
      for (int s = 0; s < scales.length; s++) {
        Parameters variant = variants.get(s);
        variant.put(
            name,
            epsilon == null || scales[s] == 0
                ? weight
                : torch.add(weight, epsilon, new Scalar(scales[s])));
        Parameters.Adapter adapter = stored.adapter(name);
        if (adapter != null) {
          variant.putAdapter(name, adapter);
        }
      }
    }
  }
}
