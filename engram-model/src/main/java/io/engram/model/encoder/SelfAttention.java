package io.engram.model.encoder;

import io.engram.model.decoder.PackedBatch;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code softmax(q kᵀ / √D) v} in H heads, every token to every token of its text: within each
 * bucket of texts of equal length, so no token attends to padding or to another text.
 */
final class SelfAttention {
  private SelfAttention() {}

  /**
   * Attends.
   *
   * @param q {@code [N, C]}, as k and v
   * @return {@code [N, C]}, before the output projection
   */
  static Tensor of(
      Tensor q, Tensor k, Tensor v, EncoderConfig config, List<PackedBatch.Bucket> buckets) {
    Tensor[] parts = new Tensor[buckets.size()];
    long row = 0;
    for (int i = 0; i < parts.length; i++) {
      PackedBatch.Bucket bucket = buckets.get(i);
      parts[i] =
          torch
              .scaled_dot_product_attention(
                  heads(q, row, bucket, config),
                  heads(k, row, bucket, config),
                  heads(v, row, bucket, config))
              .transpose(1, 2)
              .reshape(bucket.rows(), config.hiddenSize());
      row += bucket.rows();
    }
    return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), 0);
  }

  /** The bucket's rows of {@code [N, C]} as {@code [b, H, T, D]}. */
  private static Tensor heads(Tensor x, long row, PackedBatch.Bucket bucket, EncoderConfig config) {
    return x.narrow(0, row, bucket.rows())
        .view(bucket.count(), bucket.length(), config.heads(), config.headDim())
        .transpose(1, 2);
  }
}
