package io.engram.model.gradient;

import io.engram.model.decoder.LayerObserver;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.config.DecoderConfig;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Inputs and outputs of one pass's layers, in order; borrowed from the pass's scope. */
final class RecordedLayers implements LayerObserver {
  /**
   * Linear layers on one input: q, k, v share theirs, gate and up too.
   *
   * @param x {@code [N, in]}
   * @param prefixes the layers' names
   * @param outputs their outputs, {@code [N, out]} each
   */
  record Linears(Tensor x, List<String> prefixes, List<Tensor> outputs) {}

  /** A norm's input and output, both {@code [N, width]} or {@code [N, heads, width]}. */
  record NormPass(String weight, Tensor x, Tensor y) {
    /**
     * {@code g ⊙ x̂}, x̂ the normalised x: each row's part of the gain's gradient, summed over
     * heads that share a gain.
     *
     * @param g gradient of y
     * @return {@code [N, width]}
     */
    Tensor gainParts(Tensor g, DecoderConfig config) {
      Tensor normed = Norm.withoutGain(SquaredNorms.wide(x), config);
      Tensor parts = normed.mul_(SquaredNorms.wide(g));
      return parts.dim() == 3 ? parts.sum(1) : parts;
    }
  }

  private final String finalNorm;
  private final List<Linears> linears = new ArrayList<>();
  private final List<NormPass> norms = new ArrayList<>();
  private @Nullable Tensor positions;
  private @Nullable NormPass last;

  /** For a model whose last norm's gain has this name. */
  RecordedLayers(String finalNorm) {
    this.finalNorm = finalNorm;
  }

  /** Makes the rows a leaf, since autograd, which follows no weight, would stop at them. */
  @Override
  public Tensor positions(int[] rows, Tensor y) {
    positions = y.set_requires_grad(true);
    return y;
  }

  @Override
  @SuppressWarnings(
      "ReferenceEquality") // the same object, not just an equal one, means a shared input
  public Tensor linear(String prefix, Tensor x, Tensor y) {
    if (linears.isEmpty() || linears.get(linears.size() - 1).x() != x) {
      linears.add(new Linears(x, new ArrayList<>(), new ArrayList<>()));
    }
    Linears shared = linears.get(linears.size() - 1);
    shared.prefixes().add(prefix);
    shared.outputs().add(y);
    return y;
  }

  @Override
  public Tensor norm(String weight, Tensor x, Tensor y) {
    NormPass norm = new NormPass(weight, x, y);
    if (weight.equals(finalNorm)) {
      last = norm;
    } else {
      norms.add(norm);
    }
    return y;
  }

  /** All linear layers, those of one input together. */
  List<Linears> linears() {
    return linears;
  }

  /** All norms over whole sequences. */
  List<NormPass> norms() {
    return norms;
  }

  /** The rows of the position embedding, {@code [N, C]}; null where there is none. */
  @Nullable Tensor positions() {
    return positions;
  }

  /** The last norm, over only the rows that predict labelled tokens; null if there is none. */
  @Nullable NormPass last() {
    return last;
  }
}
