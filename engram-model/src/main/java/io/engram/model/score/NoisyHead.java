package io.engram.model.score;

import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.LogitsHead;
import io.engram.model.tensor.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Log-probabilities of a sequence's labels with σε on the output head. A tied head is the
 * embedding: where the sequence has read token v, the noise of logit v is {@code σ h·ε_v} with the
 * ε_v that its input had; the other logits' noise is independent of all that is below.
 *
 * @param head with a float32 weight
 */
record NoisyHead(
    LogitsHead head,
    DecoderConfig config,
    DrawnBatch batch,
    DrawnNoise noise,
    EmbeddingNoise read) {
  /** Over a weight in any number format; a float32 copy of it belongs to the running scope. */
  static NoisyHead of(
      LogitsHead head,
      DecoderConfig config,
      DrawnBatch batch,
      DrawnNoise noise,
      EmbeddingNoise read) {
    LogitsHead wide = new LogitsHead(head.weight().to(ScalarType.Float), head.softCap());
    return new NoisyHead(wide, config, batch, noise, read);
  }

  /**
   * ℓ_t of sequence s.
   *
   * @param hidden {@code [n, C]}
   * @param targets int64 {@code [n]}
   */
  double[] logProbs(int s, Tensor hidden, Tensor targets, double sigma) {
    try (PointerScope scope = new PointerScope()) {
      Tensor product = torch.linear(hidden, head.weight());
      if (sigma != 0) {
        perturb(s, hidden, product, new Scalar(sigma));
      }
      return Tensors.toDoubles(head.chunkOf(product, targets).logProbs());
    }
  }

  /** Logits are not capped yet. */
  private void perturb(int s, Tensor hidden, Tensor logits, Scalar sigma) {
    Tensor ids = read.ids(s);
    Tensor plain = config.tiedHead() ? logits.index_select(1, ids) : logits;
    List<String> names = List.of(batch.samples().get(s).id());
    LinearNoise.of(hidden.unsqueeze(0), new int[] {s}, names, noise)
        .add(config.headName(), logits, sigma);
    if (config.tiedHead()) {
      logits.index_copy_(1, ids, plain.addmm_(hidden, read.rows(s).t(), new Scalar(1.0), sigma));
    }
  }
}
