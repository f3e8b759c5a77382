package io.engram.model.score;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.text.TokenizedSample;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Scores samples under θ + scale · ε with ε ~ N(0, I) over all parameters.
 *
 * <p>Works on a float32 copy of the weights, whatever the model's format: σ is often less than half
 * a unit in the last place of a bfloat16 weight. The copy is made anew from the stored weights for
 * each noise, never by subtracting the last one, and the model's own weights are never written. A
 * tied head is one parameter with one noise. An adapter's W + s·BA is perturbed as one weight: its
 * noise is added to W.
 */
public final class PerturbedScorer implements AutoCloseable {
  private final Parameters stored;
  private final Parameters perturbed = new Parameters();
  private final Scorer scorer;

  /** Over this model's weights as they are now; borrows them. */
  public PerturbedScorer(LanguageModel model) {
    Decoder decoder = model.decoder();
    stored = decoder.parameters();
    for (String name : stored.names()) {
      try (PointerScope scope = new PointerScope()) {
        perturbed.put(name, stored.get(name).detach().to(Dtype.FLOAT32.torch()).clone());
      }
    }
    stored.adapters().forEach(perturbed::putAdapter);
    scorer =
        new Scorer(
            new Decoder(decoder.config(), perturbed, decoder.device()),
            model.options().batchTokens());
  }

  /**
   * ℓ_t of every sample, in the order given.
   *
   * @param noise the stream of ε; parameter number i takes the stream's child i
   * @param scale 0 scores θ itself
   */
  public List<double[]> logProbs(List<TokenizedSample> samples, RandomStream noise, double scale) {
    int number = 0;
    try (AutoGradMode off = new AutoGradMode(false)) {
      for (String name : stored.names()) {
        Tensor copy = perturbed.get(name);
        copy.copy_(stored.get(name));
        if (scale != 0) {
          GaussianNoise.add(copy, noise.child(number), scale);
        }
        number++;
      }
    }
    return scorer.logProbs(samples, ProgressListener.NONE);
  }

  @Override
  public void close() {
    perturbed.close();
  }
}
