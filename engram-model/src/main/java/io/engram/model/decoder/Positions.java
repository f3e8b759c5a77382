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
 * @param shared rows of the beginning that all sequences have in common, P; 0: none
 * @param buckets the batch's runs of sequences of equal length
 * @param rotaries one for each of the model's rotary settings
 * @param masks by window, tokens before, P, and length, T: {@code [T, P + T]}, true where a token
 *     is attended to
 */
record Positions(
    int shared,
    List<PackedBatch.Bucket> buckets,
    List<Rotary> rotaries,
    Map<List<Integer>, Tensor> masks) {
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
    for (LayerKind kind : config.layerKinds()) {
      if (kind.cuts(batch.shared())) {
        addMask(masks, kind.window(), 0, batch.shared(), device);
      }
      for (PackedBatch.Bucket bucket : batch.buckets()) {
        if (batch.shared() > 0 || kind.cuts(bucket.length())) {
          addMask(masks, kind.window(), batch.shared(), bucket.length(), device);
        }
      }
    }
    List<Rotary> rotaries = Rotary.all(config, batch.positions(), lengths, type, device);
    return new Positions(batch.shared(), batch.buckets(), rotaries, masks);
  }

  private static void addMask(
      Map<List<Integer>, Tensor> masks, int window, int before, int length, Device device) {
    int all = before + length;
    masks.computeIfAbsent(
        List.of(window, before, length),
        key ->
            mask(window == 0 ? all : window, all, device).narrow(0, before, length).contiguous());
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

  /**
   * The attention mask of this layer; null: plain causal.
   *
   * @param before tokens before those that attend
   * @param length tokens that attend
   */
  @Nullable Tensor mask(LayerKind kind, int before, int length) {
    return masks.get(List.of(kind.window(), before, length));
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
