package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The positions of a packed batch's tokens: their rotations and the masks of sliding windows,
 * shared by all layers. Belongs to the scope in which it was made.
 *
 * @param buckets the batch's runs of sequences of equal length
 * @param rotaries one for each of the model's rotary settings
 * @param masks by window and length, {@code [T, T]}, true where a token is attended to
 */
record Positions(
    List<PackedBatch.Bucket> buckets, List<Rotary> rotaries, Map<List<Integer>, Tensor> masks) {
  /** For a batch of whole sequences. */
  static Positions of(PackedBatch batch, DecoderConfig config, ScalarType type, Device device) {
    return of(batch, batch.lengths(), config, type, device);
  }

  /**
   * For a batch of sequences that will be continued.
   *
   * @param lengths how many tokens the sequence of each row has in all
   */
  static Positions of(
      PackedBatch batch, int[] lengths, DecoderConfig config, ScalarType type, Device device) {
    Map<List<Integer>, Tensor> masks = new HashMap<>();
    for (PackedBatch.Bucket bucket : batch.buckets()) {
      for (LayerKind kind : config.layerKinds()) {
        if (kind.cuts(bucket.length())) {
          masks.computeIfAbsent(
              List.of(kind.window(), bucket.length()),
              key -> mask(kind.window(), bucket.length(), device));
        }
      }
    }
    List<Rotary> rotaries = Rotary.all(config, batch.positions(), lengths, type, device);
    return new Positions(batch.buckets(), rotaries, masks);
  }

  /** {@code t − window < t' ≤ t}. */
  private static Tensor mask(int window, int length, Device device) {
    Tensor all = torch.ones(new long[] {length, length}, Tensors.options(ScalarType.Bool)).tril(0);
    return Tensors.to(all.triu(1L - window), device);
  }

  /** The rotation of this layer, or null if it doesn't use positions. */
  @Nullable Rotary rotary(LayerKind kind) {
    return kind.rotary() == LayerKind.NO_POSITIONS ? null : rotaries.get(kind.rotary());
  }

  /** The attention mask of this layer for sequences of this length; null: plain causal. */
  @Nullable Tensor mask(LayerKind kind, int length) {
    return kind.cuts(length) ? masks.get(List.of(kind.window(), length)) : null;
  }

  /** The plain causal mask, {@code [T, T]}, for attention without a mask. */
  static Tensor causal(int length, Device device) {
    return mask(length, length, device);
  }

  /** Scores with −∞ wherever the mask is false. */
  static Tensor hide(Tensor scores, Tensor attended) {
    return scores.masked_fill(attended.logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
  }
}
