package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A model's weights under their Hugging Face names, and the low-rank adapters on some of them. Owns
 * them: a tensor is kept until it is replaced or this is closed.
 */
public final class Parameters implements AutoCloseable {
  /**
   * A low-rank addition to a linear layer: {@code y = x Wᵀ + scale · (x Aᵀ) Bᵀ}.
   *
   * @param a {@code [rank, in]}, float32
   * @param b {@code [out, rank]}, float32
   * @param scale alpha / rank, or alpha / √rank for rsLoRA
   * @param transposed whether the weight is stored {@code [in, out]}
   */
  public record Adapter(Tensor a, Tensor b, double scale, boolean transposed) {
    /** What it adds to the stored weight; belongs to the running scope. */
    public Tensor added() {
      Tensor product = b.detach().mm(a.detach()).mul(new Scalar(scale));
      return transposed ? product.t().contiguous() : product;
    }
  }

  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Map<String, Adapter> adapters = new LinkedHashMap<>();

  /** Keeps the tensor under this name. */
  public void put(String name, Tensor tensor) {
    Tensor old = weights.put(name, Tensors.keep(tensor));
    if (old != null) {
      Tensors.release(old);
    }
  }

  /** The weight of this name; borrowed. */
  public Tensor get(String name) {
    Tensor tensor = weights.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no weight named " + name);
    }
    return tensor;
  }

  /** The weight of this name, or null; borrowed. */
  public @Nullable Tensor find(String name) {
    return weights.get(name);
  }

  /** All names, in the order in which the decoder uses the weights. */
  public List<String> names() {
    return new ArrayList<>(weights.keySet());
  }

  /** Keeps an adapter on the linear layer whose weight has this name. */
  public void putAdapter(String weight, Adapter adapter) {
    Tensors.keep(adapter.a());
    Tensors.keep(adapter.b());
    Adapter old = adapters.put(weight, adapter);
    if (old != null) {
      release(old);
    }
  }

  /** The adapter on this weight, or null. */
  public @Nullable Adapter adapter(String weight) {
    return adapters.get(weight);
  }

  /** Adapters by the weight's name, in the order of the weights. */
  public Map<String, Adapter> adapters() {
    Map<String, Adapter> ordered = new LinkedHashMap<>();
    for (String name : weights.keySet()) {
      Adapter adapter = adapters.get(name);
      if (adapter != null) {
        ordered.put(name, adapter);
      }
    }
    return ordered;
  }

  /** Removes all adapters. */
  public void clearAdapters() {
    adapters.values().forEach(Parameters::release);
    adapters.clear();
  }

  /** How many numbers the weights have in all, adapters not counted. */
  public long count() {
    return weights.values().stream().mapToLong(Tensor::numel).sum();
  }

  @Override
  public void close() {
    clearAdapters();
    weights.values().forEach(Tensors::release);
    weights.clear();
  }

  private static void release(Adapter adapter) {
    Tensors.release(adapter.a());
    Tensors.release(adapter.b());
  }
}
