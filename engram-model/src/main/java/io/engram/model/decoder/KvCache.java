package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Keys and values of the sequences being continued, {@code [B, G, room, D]} per layer, left to
 * right: sequence b's tokens are at 0 .. its length. Owns them.
 */
final class KvCache implements AutoCloseable {
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();

  /** Adds the keys and values of the next layer. */
  void add(Tensor k, Tensor v) {
    keys.add(Tensors.keep(k));
    values.add(Tensors.keep(v));
  }

  /** Keys of a layer; borrowed. */
  Tensor keys(int layer) {
    return keys.get(layer);
  }

  /** Values of a layer; borrowed. */
  Tensor values(int layer) {
    return values.get(layer);
  }

  /** Keeps only these sequences; int64 indices. */
  void keepOnly(Tensor indices) {
    keys.replaceAll(old -> chosen(old, indices));
    values.replaceAll(old -> chosen(old, indices));
  }

  /** A new cache of these sequences, each as often as it is named; int64 indices. */
  KvCache copyOf(Tensor indices) {
    KvCache copy = new KvCache();
    for (int layer = 0; layer < keys.size(); layer++) {
      copy.add(
          keys.get(layer).index_select(0, indices), values.get(layer).index_select(0, indices));
    }
    return copy;
  }

  private static Tensor chosen(Tensor old, Tensor indices) {
    Tensor kept = Tensors.keep(old.index_select(0, indices));
    Tensors.release(old);
    return kept;
  }

  @Override
  public void close() {
    keys.forEach(Tensors::release);
    values.forEach(Tensors::release);
    keys.clear();
    values.clear();
  }
}
