package io.engram.model.decoder;

import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Causal grouped-query self-attention over packed sequences: projections on all tokens at once,
 * scores within each bucket of sequences of equal length, so no token attends to padding or to
 * another sequence.
 */
final class Attention {
  private Attention() {}

  /**
   * Queries, keys and values of one layer, turned by their positions.
   *
   * @param q {@code [N, H, D]}
   * @param k {@code [N, G, D]}
   * @param v {@code [N, G, D]}
   */
  record Heads(Tensor q, Tensor k, Tensor v) {}

  /** Projects {@code x [N, C]}. */
  static Heads project(
      Parameters parameters,
      LayerObserver observer,
      DecoderConfig config,
      String prefix,
      Tensor x,
      Rotary rotary) {
    long rows = x.size(0);
    long dim = config.headDim();
    Tensor q =
        Linear.apply(parameters, observer, prefix + ".q_proj", x).view(rows, config.heads(), dim);
    Tensor k =
        Linear.apply(parameters, observer, prefix + ".k_proj", x).view(rows, config.kvHeads(), dim);
    Tensor v =
        Linear.apply(parameters, observer, prefix + ".v_proj", x).view(rows, config.kvHeads(), dim);
    return new Heads(rotary.apply(q), rotary.apply(k), v);
  }

  /** Attention of whole sequences; {@code [N, H·D]}, before the output projection. */
  static Tensor causal(Heads heads, DecoderConfig config, List<PackedBatch.Bucket> buckets) {
    if (buckets.size() == 1) {
      return bucket(heads.q(), heads.k(), heads.v(), config, buckets.get(0));
    }
    long[] rows = buckets.stream().mapToLong(PackedBatch.Bucket::rows).toArray();
    TensorVector q = heads.q().split_with_sizes(rows, 0);
    TensorVector k = heads.k().split_with_sizes(rows, 0);
    TensorVector v = heads.v().split_with_sizes(rows, 0);
    Tensor[] parts = new Tensor[buckets.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = bucket(q.get(i), k.get(i), v.get(i), config, buckets.get(i));
    }
    return torch.cat(new TensorVector(parts), 0);
  }

  private static Tensor bucket(
      Tensor q, Tensor k, Tensor v, DecoderConfig config, PackedBatch.Bucket bucket) {
    Tensor y =
        scaledDotProduct(
            batched(q, bucket), batched(k, bucket), batched(v, bucket), new TensorOptional(), true);
    return y.transpose(1, 2).reshape(bucket.rows(), (long) config.heads() * config.headDim());
  }

  /** {@code [b·T, heads, D]} to {@code [b, heads, T, D]}. */
  private static Tensor batched(Tensor x, PackedBatch.Bucket bucket) {
    return x.view(bucket.count(), bucket.length(), x.size(1), x.size(2)).transpose(1, 2);
  }

  /** On the processor bfloat16 attention is many times slower than float32, so it's cast there. */
  static Tensor scaledDotProduct(
      Tensor q, Tensor k, Tensor v, TensorOptional mask, boolean causal) {
    boolean grouped = q.size(1) != k.size(1);
    ScalarType type = q.scalar_type().intern(); // native code returns a new object each time
    if (type == ScalarType.BFloat16 && !q.is_cuda()) {
      Tensor y =
          torch.scaled_dot_product_attention(
              q.to(ScalarType.Float),
              k.to(ScalarType.Float),
              v.to(ScalarType.Float),
              mask,
              0.0,
              causal,
              new DoubleOptional(),
              grouped);
      return y.to(type);
    }
    return torch.scaled_dot_product_attention(
        q, k, v, mask, 0.0, causal, new DoubleOptional(), grouped);
  }
}
