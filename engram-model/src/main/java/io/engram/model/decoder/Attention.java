package io.engram.model.decoder;

import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Causal grouped-query self-attention over packed sequences: scores within each bucket of sequences
 * of equal length, so no token attends to padding or to another sequence. Where sequences share
 * their beginning, its keys and values are every sequence's.
 */
final class Attention {
  private Attention() {}

  /** Attention of whole sequences in one layer; {@code [N, H·D]}, before the output projection. */
  static Tensor causal(
      AttentionHeads heads, DecoderConfig config, LayerKind kind, Positions positions) {
    List<PackedBatch.Bucket> buckets = positions.buckets();
    int shared = positions.shared();
    if (shared > 0) {
      buckets = new ArrayList<>(buckets);
      buckets.add(0, new PackedBatch.Bucket(shared, 1));
    }
    if (buckets.size() == 1) {
      return bucket(heads, null, config, kind, positions, buckets.get(0));
    }
    long[] rows = buckets.stream().mapToLong(PackedBatch.Bucket::rows).toArray();
    TensorVector q = heads.q().split_with_sizes(rows, 0);
    TensorVector k = heads.k().split_with_sizes(rows, 0);
    TensorVector v = heads.v().split_with_sizes(rows, 0);
    Tensor[] parts = new Tensor[buckets.size()];
    AttentionHeads beginning = null;
    for (int i = 0; i < parts.length; i++) {
      AttentionHeads own = new AttentionHeads(q.get(i), k.get(i), v.get(i));
      parts[i] = bucket(own, beginning, config, kind, positions, buckets.get(i));
      if (i == 0 && shared > 0) {
        beginning = own;
      }
    }
    return torch.cat(new TensorVector(parts), 0);
  }

  /**
   * Attention of rows to keys of their own choice.
   *
   * @param heads q {@code [L, H, D]}, k and v {@code [K, G, D]}
   * @param mask true where a row attends, {@code [L, K]}
   * @return {@code [L, H·D]}
   */
  static Tensor masked(AttentionHeads heads, Tensor mask, DecoderConfig config) {
    AttentionHeads own =
        new AttentionHeads(single(heads.q()), single(heads.k()), single(heads.v()));
    Tensor y =
        config.attention().softCap() == 0
            ? scaledDotProduct(own, mask, config)
            : softCapped(own, mask, config);
    return y.transpose(1, 2).reshape(heads.q().size(0), config.shape().queryWidth());
  }

  /** {@code [T, heads, D]} to {@code [1, heads, T, D]}. */
  private static Tensor single(Tensor x) {
    return x.transpose(0, 1).unsqueeze(0);
  }

  /**
   * Attention within a bucket.
   *
   * @param beginning of all its sequences, {@code [P, heads, D]}; null: they have no shared one
   */
  private static Tensor bucket(
      AttentionHeads heads,
      @Nullable AttentionHeads beginning,
      DecoderConfig config,
      LayerKind kind,
      Positions positions,
      PackedBatch.Bucket bucket) {
    Tensor k = batched(heads.k(), bucket);
    Tensor v = batched(heads.v(), bucket);
    int before = beginning == null ? 0 : positions.shared();
    if (beginning != null) {
      k = after(beginning.k(), k);
      v = after(beginning.v(), v);
    }
    AttentionHeads own = new AttentionHeads(batched(heads.q(), bucket), k, v);
    Tensor mask = positions.mask(kind, before, bucket.length());
    Tensor y =
        config.attention().softCap() == 0
            ? scaledDotProduct(own, mask, config)
            : softCapped(own, mask, config);
    return y.transpose(1, 2).reshape(bucket.rows(), config.shape().queryWidth());
  }

  /** {@code [P, heads, D]} before each of {@code [b, heads, T, D]}. */
  private static Tensor after(Tensor beginning, Tensor x) {
    Tensor each = single(beginning).expand(x.size(0), x.size(1), beginning.size(0), x.size(3));
    return torch.cat(new TensorVector(each, x), 2);
  }

  /** {@code [b·T, heads, D]} to {@code [b, heads, T, D]}. */
  private static Tensor batched(Tensor x, PackedBatch.Bucket bucket) {
    return x.view(bucket.count(), bucket.length(), x.size(1), x.size(2)).transpose(1, 2);
  }

  /** On a CPU, bfloat16 attention is many times slower than float32, so it is cast. */
  private static Tensor scaledDotProduct(
      AttentionHeads heads, @Nullable Tensor mask, DecoderConfig config) {
    ScalarType type =
        heads.q().scalar_type().intern(); // native code returns a new object each time
    boolean cast = type == ScalarType.BFloat16 && !heads.q().is_cuda();
    AttentionHeads own = cast ? heads.to(ScalarType.Float) : heads;
    if (own.q().is_cuda() && (mask != null || type == ScalarType.Float)) {
      // Else no fused kernel of a GPU would take them, and all scores would be in memory at once.
      own = new AttentionHeads(own.q(), forEach(own.k(), own.q()), forEach(own.v(), own.q()));
    }
    double scale = config.attention().scale();
    Tensor y =
        torch.scaled_dot_product_attention(
            own.q(),
            own.k(),
            own.v(),
            mask == null ? new TensorOptional() : new TensorOptional(mask),
            0.0,
            mask == null,
            scale == 1 / Math.sqrt(config.headDim())
                ? new DoubleOptional()
                : new DoubleOptional(scale),
            own.q().size(1) != own.k().size(1));
    return cast ? y.to(type) : y;
  }

  /** Keys or values {@code [b, G, T, D]}, once for each of the heads that share them. */
  private static Tensor forEach(Tensor x, Tensor q) {
    long each = q.size(1) / x.size(1);
    return each == 1 ? x : x.repeat_interleave(each, new LongOptional(1), new LongOptional());
  }

  /**
   * By its definition, since no fused kernel has a cap: {@code softmax(c·tanh(q·kᵀ·scale / c)) v},
   * in float32 at least.
   */
  private static Tensor softCapped(
      AttentionHeads heads, @Nullable Tensor mask, DecoderConfig config) {
    ScalarType type =
        heads.q().scalar_type().intern(); // native code returns a new object each time
    AttentionHeads own = type == ScalarType.Double ? heads : heads.to(ScalarType.Float);
    long[] shape = {own.q().size(0), own.k().size(1), -1, own.q().size(2), own.q().size(3)};
    Tensor q = own.q().reshape(shape);
    Tensor scores = scores(q, own.k().unsqueeze(2), config.attention());
    int length = (int) own.q().size(2);
    Tensor attended = mask == null ? Positions.causal(length, Device.of(own.q())) : mask;
    Tensor weights = torch.softmax(Positions.hide(scores, attended), -1);
    return weights.matmul(own.v().unsqueeze(2)).flatten(1, 2).to(type);
  }

  /** q·kᵀ over the last two dimensions, scaled and capped. */
  static Tensor scores(Tensor q, Tensor k, AttentionSettings settings) {
    Tensor scores = q.matmul(k.transpose(-2, -1)).mul_(new Scalar(settings.scale()));
    double cap = settings.softCap();
    return cap == 0 ? scores : scores.div(new Scalar(cap)).tanh().mul(new Scalar(cap));
  }
}
