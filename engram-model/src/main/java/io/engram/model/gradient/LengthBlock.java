package io.engram.model.gradient;

import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The samples of one length T in a packed batch, b of them.
 *
 * @param row their first row
 * @param samples their indices in the list that was packed, {@code [b]}
 */
record LengthBlock(int row, int length, int[] samples) {
  /** All blocks of a batch, in order. */
  static List<LengthBlock> of(PackedBatch batch) {
    List<LengthBlock> blocks = new ArrayList<>();
    int row = 0;
    int first = 0;
    for (PackedBatch.Bucket bucket : batch.buckets()) {
      int last = first + bucket.count();
      blocks.add(
          new LengthBlock(row, bucket.length(), Arrays.copyOfRange(batch.order(), first, last)));
      row += bucket.rows();
      first = last;
    }
    return blocks;
  }

  /** Its rows of {@code x [N, ·]} as {@code [b, T, ·]}, in float32 at least. */
  Tensor of(Tensor x) {
    Tensor rows = SquaredNorms.wide(x.narrow(0, row, rows()));
    return rows.reshape(samples.length, -1, x.size(x.dim() - 1));
  }

  /** The same for a contiguous tensor, as a view to write to. */
  Tensor within(Tensor y) {
    return y.narrow(0, row, rows()).view(samples.length, -1, y.size(y.dim() - 1));
  }

  /**
   * 1 where two tokens of a sample have the same id, {@code [b, T, T]} in the type of {@code like}.
   */
  Tensor same(Tensor ids, Tensor like) {
    Tensor own = ids.narrow(0, row, rows()).view(samples.length, length);
    return own.unsqueeze(2).eq(own.unsqueeze(1)).to(SquaredNorms.wide(like).scalar_type());
  }

  /** A number for each sample as {@code [b, 1, 1]} in the type of {@code like}. */
  Tensor ofSamples(double[] values, Tensor like) {
    double[] own = Arrays.stream(samples).mapToDouble(s -> values[s]).toArray();
    return Tensors.ofDoubles(own, Device.of(like)).to(like.scalar_type()).view(-1, 1, 1);
  }

  private long rows() {
    return (long) samples.length * length;
  }
}
