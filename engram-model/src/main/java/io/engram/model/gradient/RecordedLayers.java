package io.engram.model.gradient;

import io.engram.model.decoder.Activations;
import io.engram.model.decoder.WeightNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Inputs and outputs of one pass's layers, as they came; borrowed from the pass's scope. */
final class RecordedLayers implements Activations {
  /**
   * Linear layers on one input: q, k, v share theirs, gate and up too.
   *
   * @param x {@code [N, in]}
   * @param prefixes the layers' names
   * @param outputs their outputs, {@code [N, out]} each
   */
  record Linears(Tensor x, List<String> prefixes, List<Tensor> outputs) {}

  /** A norm's input and output, both {@code [N, C]}. */
  record Norm(String weight, Tensor x, Tensor y) {}

  private final List<Linears> linears = new ArrayList<>();
  private final List<Norm> norms = new ArrayList<>();
  private @Nullable Norm last;

  @Override
  @SuppressWarnings("ReferenceEquality") // the same object, not an equal one, means a shared input
  public void linear(String prefix, Tensor x, Tensor y) {
    if (linears.isEmpty() || linears.get(linears.size() - 1).x() != x) {
      linears.add(new Linears(x, new ArrayList<>(), new ArrayList<>()));
    }
    Linears shared = linears.get(linears.size() - 1);
    shared.prefixes().add(prefix);
    shared.outputs().add(y);
  }

  @Override
  public void norm(String weight, Tensor x, Tensor y) {
    Norm norm = new Norm(weight, x, y);
    if (weight.equals(WeightNames.FINAL_NORM)) {
      last = norm;
    } else {
      norms.add(norm);
    }
  }

  /** All linear layers, those of one input together. */
  List<Linears> linears() {
    return linears;
  }

  /** All norms over whole sequences. */
  List<Norm> norms() {
    return norms;
  }

  /** The last norm, over the rows that predict labelled tokens alone. */
  Norm last() {
    return Objects.requireNonNull(last, "no pass was recorded");
  }
}
