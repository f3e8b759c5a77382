package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass that keeps only each layer's input, {@code [N, C]}, and a backward pass that
 * computes each layer again to differentiate it. So autograd keeps only one layer's activations at
 * a time, at the price of a second forward pass. Gradients are those of {@link Decoder#hidden}, the
 * same operations in the same order.
 *
 * <p>One backward pass; close it afterwards.
 *
 * <p><b>Source:</b> Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost, with a
 * checkpoint at every layer.
 */
public final class CheckpointedPass implements AutoCloseable {
  private final Decoder decoder;
  private final Positions places;
  private final Tensor rows;
  private final Tensor embedded;
  private final int[] positions;
  private final int last;
  private final boolean isWhole;
  private final Deque<Tensor> inputs = new ArrayDeque<>();
  private final Tensor hidden;

  /**
   * Goes forward. Borrowed tensors must outlive this.
   *
   * @param embedded {@code [N, C]}, from {@link Decoder#embed}; borrowed
   * @param rows rows of the batch that are wanted, int64 {@code [M]}; borrowed
   * @param after the layer whose residual stream is wanted, as of {@link Decoder#hiddenAfter};
   *     empty: all layers and the last norm
   */
  public CheckpointedPass(
      Decoder decoder, PackedBatch batch, Tensor embedded, Tensor rows, OptionalInt after) {
    this.decoder = decoder;
    this.rows = rows;
    this.positions = batch.positions();
    this.last = after.orElse(decoder.config().layers() - 1);
    this.isWhole = after.isEmpty();
    this.embedded = embedded;
    this.places = decoder.places(batch, embedded);
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope scope = new PointerScope()) {
      inputs.addLast(Tensors.keep(decoder.enter(embedded.detach(), positions)));
    }
    for (int i = 0; i <= last; i++) {
      try (AutoGradMode off = new AutoGradMode(false);
          PointerScope scope = new PointerScope()) {
        inputs.addLast(Tensors.keep(layer(i, inputs.getLast())));
      }
    }
    hidden = inputs.removeLast();
  }

  /** Layer i; of the last one the wanted rows, normed if it's the model's last. */
  private Tensor layer(int i, Tensor x) {
    Tensor y = decoder.layer(i, x, places, i == last ? rows : null);
    return i == last && isWhole ? decoder.lastNorm(y) : y;
  }

  /** Hidden states of the wanted rows, {@code [M, C]}; borrowed. */
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
    Tensor above = Tensors.keep(gradient);
    for (int i = last; i >= lowest; i--) {
      boolean enters = ofEmbedded && i == 0;
      Tensor given = enters ? embedded : inputs.getLast();
      Tensor below;
      // The running scope must not own these: it would keep them all until the pass is over.
      try (PointerScope scope = new PointerScope()) {
        below = Tensors.keep(through(i, given, enters, enters || i > lowest, above));
      }
      Tensors.release(inputs.removeLast());
      Tensors.release(above);
      above = below;
    }
    Tensor bottom = above;
    Tensor wanted = ofEmbedded ? Tensors.scoped(bottom::detach) : null;
    Tensors.release(bottom);
    return wanted;
  }

  /**
   * Differentiates layer i.
   *
   * @param enters whether its input is embedded tokens, before they enter the first layer
   * @param wanted whether the gradient of its input is wanted
   * @return that gradient, else the input
   */
  private Tensor through(int i, Tensor given, boolean enters, boolean wanted, Tensor gradient) {
    Tensor start = given.detach();
    start.set_requires_grad(wanted);
    Tensor x = enters ? decoder.enter(start, positions) : start;
    layer(i, x).backward(gradient, new BoolOptional(false), false, new TensorArrayRefOptional());
    // A separate handle: grad() lends the one inside the tensor, which goes away with it.
    return wanted ? start.grad().detach() : start;
  }

  @Override
  public void close() {
    inputs.forEach(Tensors::release);
    inputs.clear();
    Tensors.release(hidden);
  }
}
