package io.engram.model.decoder;

import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.decoder.config.Shape;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Queries, keys and values of one layer.
 *
 * @param q {@code [N, H, D]}
 * @param k {@code [N, G, D]}
 * @param v {@code [N, G, D]}
 */
record AttentionHeads(Tensor q, Tensor k, Tensor v) {
  /** The same in another number format. */
  AttentionHeads to(ScalarType type) {
    return new AttentionHeads(q.to(type), k.to(type), v.to(type));
  }

  /** Makes a layer's queries, keys and values. */
  record Projection(
      Parameters parameters, LayerObserver observer, DecoderConfig config, int layer) {
    /**
     * Projects {@code x [N, C]}, then normalises and rotates it.
     *
     * @param rotary null: the layer doesn't use positions
     */
    AttentionHeads of(Tensor x, @Nullable Rotary rotary) {
      AttentionHeads flat = flat(x);
      Shape shape = config.shape();
      LayerNames parts = config.names().parts();
      AttentionSettings.QueryKeyNorm norm = config.attention().queryKeyNorm();
      Tensor q = flat.q();
      Tensor k = flat.k();
      if (norm == AttentionSettings.QueryKeyNorm.ALL_HEADS) {
        q = normed(parts.queryNorm(), q);
        k = normed(parts.keyNorm(), k);
      }
      q = q.view(-1, shape.heads(), shape.headDim());
      k = k.view(-1, shape.kvHeads(), shape.headDim());
      Tensor v = flat.v().view(-1, shape.kvHeads(), shape.headDim());
      if (norm == AttentionSettings.QueryKeyNorm.EACH_HEAD) {
        q = normed(parts.queryNorm(), q);
        k = normed(parts.keyNorm(), k);
      }
      return rotary == null
          ? new AttentionHeads(q, k, v)
          : new AttentionHeads(rotary.apply(q), rotary.apply(k), v);
    }

    /** {@code [N, H·D]} and twice {@code [N, G·D]}; already split into heads if interleaved. */
    private AttentionHeads flat(Tensor x) {
      LayerNames parts = config.names().parts();
      if (parts.queryKeyValue() == null) {
        return new AttentionHeads(
            linear(parts.query(), x), linear(parts.key(), x), linear(parts.value(), x));
      }
      long q = config.shape().queryWidth();
      long kv = config.shape().keyWidth();
      Tensor fused = linear(parts.queryKeyValue(), x);
      if (config.attention().interleaved()) {
        Tensor heads = fused.view(-1, config.heads(), 3, config.headDim());
        return new AttentionHeads(heads.select(2, 0), heads.select(2, 1), heads.select(2, 2));
      }
      TensorVector split = fused.split_with_sizes(new long[] {q, kv, kv}, 1);
      return new AttentionHeads(split.get(0), split.get(1), split.get(2));
    }

    private Tensor linear(@Nullable String part, Tensor x) {
      return Linear.apply(parameters, observer, config, name(part), x);
    }

    private Tensor normed(@Nullable String part, Tensor x) {
      return Norm.apply(parameters, observer, config, name(part), x);
    }

    private String name(@Nullable String part) {
      return config.names().in(layer, Objects.requireNonNull(part));
    }
  }
}
