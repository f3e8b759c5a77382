package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass and a backward pass, one layer at a time. So the gradient of a layer is complete,
 * and can be used, before that of the layer below is begun. Gradients are those of {@link
 * Decoder#hidden}, the same operations in the same order.
 *
 * <p>A checkpointed pass keeps only each layer's input, {@code [N, C]}, and computes the layer
 * again to differentiate it: autograd keeps only one layer's activations at a time, at the price of
 * a second forward pass.
 *
 * <p>One backward pass; close it afterwards.
 *
 * <p><b>Source:</b> Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost, with a
 * checkpoint at every layer.
 */
public final class LayerwisePass implements AutoCloseable {
  private final Decoder decoder;
  private final Positions places;
  private final Tensor rows;
  private final int[] positions;
  private final int last;
  private final boolean isWhole;
  private final Trained trained;
  private final boolean checkpointed;

  /** The layers that are differentiated, from the lowest. */
  private final Deque<Step> steps = new ArrayDeque<>();

  private final Tensor hidden;

  /**
   * What gradients are wanted of.
   *
   * @param lowest the first layer with a trained weight; nothing before it is differentiated
   * @param embedded whether the gradient of the embedded tokens is wanted; then {@code lowest} is 0
   */
  public record Trained(int lowest, boolean embedded) {}

  /**
   * A layer to be differentiated.
   *
   * @param start its input, a leaf; of the first layer, embedded tokens, if those are trained
   * @param output with its graph; null: to be computed again
   */
  private record Step(int layer, Tensor start, @Nullable Tensor output) {
    void release() {
      Tensors.release(start);
      if (output != null) {
        Tensors.release(output);
      }
    }
  }

  /**
   * Goes forward. Borrowed tensors must outlive this.
   *
   * @param embedded {@code [N, C]}, from {@link Decoder#embed}; borrowed
   * @param rows rows of the batch that are wanted, int64 {@code [M]}; borrowed
   * @param after the layer whose residual stream is wanted, as of {@link Decoder#hiddenAfter};
   *     empty: all layers and the last norm
   */
  public LayerwisePass(
      Decoder decoder,
      PackedBatch batch,
      Tensor embedded,
      Tensor rows,
      OptionalInt after,
      Trained trained,
      boolean checkpointed) {
    this.decoder = decoder;
    this.rows = rows;
    this.positions = batch.positions();
    this.last = after.orElse(decoder.config().layers() - 1);
    this.isWhole = after.isEmpty();
    this.trained = trained;
    this.checkpointed = checkpointed;
    this.places = decoder.places(batch, embedded);
    Tensor x;
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope scope = new PointerScope()) {
      x = Tensors.keep(entersWithGradient(0) ? embedded.detach() : enter(embedded.detach()));
    }
    for (int i = 0; i <= last; i++) {
      x = i < trained.lowest() ? passed(i, x) : step(i, x);
    }
    hidden = x;
  }

  private boolean entersWithGradient(int i) {
    return trained.embedded() && i == 0;
  }

  private Tensor enter(Tensor embedded) {
    return decoder.enter(embedded, positions);
  }

  /** Layer i, which isn't differentiated; frees its input. */
  private Tensor passed(int i, Tensor x) {
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope scope = new PointerScope()) {
      Tensor y = Tensors.keep(layer(i, x));
      Tensors.release(x);
      return y;
    }
  }

  /** Layer i, to be differentiated; keeps its input. */
  private Tensor step(int i, Tensor start) {
    try (AutoGradMode on = new AutoGradMode(!checkpointed);
        PointerScope scope = new PointerScope()) {
      start.set_requires_grad(wanted(i));
      Tensor y = Tensors.keep(entered(i, start));
      steps.addLast(new Step(i, start, checkpointed ? null : y));
      return checkpointed ? y : Tensors.keep(y.detach());
    }
  }

  /** Whether the gradient of layer i's input is wanted. */
  private boolean wanted(int i) {
    return i > trained.lowest() || entersWithGradient(i);
  }

  private Tensor entered(int i, Tensor start) {
    return layer(i, entersWithGradient(i) ? enter(start) : start);
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
   * @param done told each layer, from the last to the first, once its weights' gradients are
   *     complete
   * @return the gradient of the embedded tokens, {@code [N, C]}, of the running scope; null if it
   *     isn't wanted
   */
  public @Nullable Tensor backward(Tensor gradient, IntConsumer done) {
    Tensor above = Tensors.keep(gradient);
    while (!steps.isEmpty()) {
      Step step = steps.removeLast();
      Tensor below;
      // The running scope must not own these: it would keep them all until the pass is over.
      try (PointerScope scope = new PointerScope()) {
        below = Tensors.keep(through(step, above));
      }
      step.release();
      Tensors.release(above);
      above = below;
      done.accept(step.layer());
    }
    Tensor bottom = above;
    Tensor wanted = trained.embedded() ? Tensors.scoped(bottom::detach) : null;
    Tensors.release(bottom);
    return wanted;
  }

  /** Differentiates a layer: the gradient of its input, or the input if that isn't wanted. */
  private Tensor through(Step step, Tensor gradient) {
    Tensor kept = step.output();
    Tensor output = kept == null ? entered(step.layer(), step.start()) : kept;
    output.backward(gradient, new BoolOptional(false), false, new TensorArrayRefOptional());
    Tensor start = step.start();
    // A separate handle: grad() lends the one inside the tensor, which goes away with it.
    return wanted(step.layer()) ? start.grad().detach() : start;
  }

  @Override
  public void close() {
    steps.forEach(Step::release);
    steps.clear();
    Tensors.release(hidden);
  }
}
