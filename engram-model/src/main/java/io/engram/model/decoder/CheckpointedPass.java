package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass that keeps nothing of a layer but what it's given, {@code [N, C]}, and a backward
 * pass that computes each layer again to differentiate it. Of what autograd keeps one layer's exists
 * at once; the price is a second forward pass. Gradients are those of {@link Decoder#hidden}, the
 * same operations in the same order.
 *
 * <p>One backward pass; close it afterwards.
 *
 * <p><b>Source:</b> Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost, with a
 * checkpoint at every layer.
 */
public final class CheckpointedPass implements AutoCloseable {
  private final Decoder decoder;
  private final Places places;
  private final Tensor rows;
  private final Tensor embedded;
  private final Deque<Tensor> inputs = new ArrayDeque<>();
  private final Tensor hidden;

  /**
   * Goes forward. What is borrowed must live as long as this.
   *
   * @param embedded {@code [N, C]}, from {@link Decoder#embed}; borrowed
   * @param rows rows of the batch that are wanted, int64 {@code [M]}; borrowed
   */
  public CheckpointedPass(Decoder decoder, PackedBatch batch, Tensor embedded, Tensor rows) {
    this.decoder = decoder;
    this.rows = rows;
    this.embedded = embedded;
    this.places = decoder.places(batch, embedded);
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor x = decoder.enter(embedded.detach());
      for (int i = 0; i < decoder.config().layers(); i++) {
        inputs.addLast(Tensors.keep(x));
        int number = i;
        Tensor before = x;
        x = Tensors.scoped(() -> layer(number, before));
      }
      hidden = x;
    }
  }

  /** Layer i; after the last one the wanted rows, normed. */
  private Tensor layer(int i, Tensor x) {
    boolean last = i + 1 == decoder.config().layers();
    Tensor y = decoder.layer(i, x, places, last ? rows : null);
    return last ? decoder.lastNorm(y) : y;
  }

  /** Hidden states of the wanted rows after the last norm, {@code [M, C]}, without gradient. */
  public Tensor hidden() {
    return hidden;
  }

  /**
   * Adds to the gradients of trained weights.
   *
   * @param gradient of {@link #hidden}, {@code [M, C]}
   * @param lowest the first layer with a trained weight; nothing before it is computed
   * @param ofEmbedded whether the gradient of the embedded tokens is wanted; then {@code lowest} is
   *     0
   * @return the gradient of the embedded tokens, {@code [N, C]}, of the running scope; or null
   */
  public @Nullable Tensor backward(Tensor gradient, int lowest, boolean ofEmbedded) {
    Tensor above = gradient;
    for (int i = decoder.config().layers() - 1; i >= lowest; i--) {
      Tensor given = Objects.requireNonNull(inputs.pollLast(), "one backward pass only");
      Tensor from = above;
      int number = i;
      boolean enters = ofEmbedded && i == 0;
      if (enters || i > lowest) {
        Tensor start = (enters ? embedded : given).detach().set_requires_grad(true);
        above =
            Tensors.scoped(
                () -> {
                  differentiate(number, enters ? decoder.enter(start) : start, from);
                  return start.grad();
                });
      } else {
        try (PointerScope scope = new PointerScope()) {
          differentiate(number, given, from);
        }
      }
      Tensors.release(given);
    }
    return ofEmbedded ? above : null;
  }

  private void differentiate(int i, Tensor x, Tensor gradient) {
    layer(i, x)
        .backward(gradient, new BoolOptional(false), false, new TensorArrayRefOptional());
  }

  @Override
  public void close() {
    inputs.forEach(Tensors::release);
    inputs.clear();
  }
}
