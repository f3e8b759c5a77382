package io.engram.model.gradient;

import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Sums squared gradient norms of each sample of a packed batch. Samples of equal length are one
 * block {@code [b, T, ·]}; products are in at least float32, sums in float64.
 */
final class SquaredNorms {
  private final PackedBatch batch;
  private final List<Tensor> totals = new ArrayList<>();

  /** Zero for every sample; the totals belong to the running scope. */
  SquaredNorms(PackedBatch batch, Device device) {
    this.batch = batch;
    for (PackedBatch.Bucket bucket : batch.buckets()) {
      Tensor zeros = torch.zeros(new long[] {bucket.count()}, Tensors.options(ScalarType.Double));
      totals.add(Tensors.to(zeros, device));
    }
  }

  /** Adds the parts of a block's samples, {@code [b]}. */
  private interface Part {
    Tensor of(PackedBatch.Bucket bucket, int firstRow);
  }

  private void add(Part part) {
    int row = 0;
    for (int i = 0; i < totals.size(); i++) {
      PackedBatch.Bucket bucket = batch.buckets().get(i);
      try (PointerScope scope = new PointerScope()) {
        totals.get(i).add_(part.of(bucket, row));
      }
      row += bucket.rows();
    }
  }

  /**
   * A weight {@code [out, in]}: {@code ‖Σ_t g_t x_tᵀ‖² = Σ_{t,t'} (g_t·g_t')(x_t·x_t')}; uses the
   * left side if sequences are longer than the layer is wide.
   *
   * @param x {@code [N, in]}
   * @param g gradient of the layer's output, {@code [N, out]}
   */
  void addWeight(Tensor x, Tensor g) {
    long in = x.size(1);
    long out = g.size(1);
    add(
        (bucket, row) -> {
          Tensor inputs = block(x, bucket, row);
          Tensor gradients = block(g, bucket, row);
          if (bucket.length() * (in + out) < in * out) {
            return total(gram(inputs).mul_(gram(gradients)));
          }
          return total(gradients.transpose(1, 2).bmm(inputs).square_());
        });
  }

  /** A bias or a gain: {@code ‖Σ_t p_t‖²}, with {@code p [N, ·]} each token's part. */
  void addVector(Tensor p) {
    add((bucket, row) -> total(sumOverTokens(block(p, bucket, row)).square_()));
  }

  /**
   * Embedding rows: over token ids, the squared norm of the sum of their tokens' gradients.
   *
   * @param ids int64 {@code [N]}
   * @param e gradient of the embedded tokens, {@code [N, C]}
   */
  void addEmbedding(Tensor ids, Tensor e) {
    add(
        (bucket, row) -> {
          Tensor own = ids.narrow(0, row, bucket.rows()).view(bucket.count(), bucket.length());
          Tensor same = own.unsqueeze(2).eq(own.unsqueeze(1));
          return total(gram(block(e, bucket, row)).mul_(same));
        });
  }

  /**
   * Position embedding rows: a sequence has each at most once, {@code Σ_t ‖g_t‖²}.
   *
   * @param g gradient of the rows, {@code [N, C]}
   */
  void addPositions(Tensor g) {
    add((bucket, row) -> total(block(g, bucket, row).square()));
  }

  /** Each sample's sum, in the order in which the batch was given. */
  double[] totals() {
    double[] result = new double[batch.order().length];
    int k = 0;
    for (Tensor total : totals) {
      for (double value : Tensors.toDoubles(total)) {
        result[batch.order()[k++]] = value;
      }
    }
    return result;
  }

  private static Tensor block(Tensor x, PackedBatch.Bucket bucket, int row) {
    Tensor rows = wide(x.narrow(0, row, bucket.rows()));
    return rows.reshape(bucket.count(), bucket.length(), x.size(1));
  }

  private static Tensor gram(Tensor block) {
    return block.bmm(block.transpose(1, 2));
  }

  private static Tensor sumOverTokens(Tensor block) {
    return block.sum(new long[] {1}, false, new ScalarTypeOptional());
  }

  /** Sum of all but the first dimension, float64 {@code [b]}. */
  private static Tensor total(Tensor x) {
    return x.flatten(1, -1).sum(new long[] {1}, false, new ScalarTypeOptional(ScalarType.Double));
  }

  /** The same numbers in at least float32. */
  static Tensor wide(Tensor x) {
    return x.scalar_type().intern() == ScalarType.Double ? x : x.to(ScalarType.Float);
  }
}
