package io.engram.model.encoder;

import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** From the hidden states of a text's tokens to one vector. */
enum Pooling {
  /** The mean over all tokens, special ones too. */
  MEAN,
  /** The first token's. */
  CLS;

  /**
   * Pools each text of a batch.
   *
   * @param hidden {@code [N, C]}
   * @return {@code [B, C]}, texts in the order in which they were given
   */
  Tensor apply(Tensor hidden, PackedBatch batch, Device device) {
    if (this == CLS) {
      return hidden.index_select(0, Tensors.ofInts(batch.starts(), device));
    }
    Tensor[] means = new Tensor[batch.buckets().size()];
    long row = 0;
    for (int i = 0; i < means.length; i++) {
      PackedBatch.Bucket bucket = batch.buckets().get(i);
      means[i] =
          hidden
              .narrow(0, row, bucket.rows())
              .view(bucket.count(), bucket.length(), hidden.size(1))
              .mean(1);
      row += bucket.rows();
    }
    int[] places = new int[batch.order().length];
    for (int k = 0; k < places.length; k++) {
      places[batch.order()[k]] = k;
    }
    return torch.cat(new TensorVector(means), 0).index_select(0, Tensors.ofInts(places, device));
  }
}
