package io.engram.model.gradient;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The step of the LM head {@code [V, C]} for one sample, as {@link LowRankStep} for other weights.
 * A tied head is the embedding too: its gradient is {@code Σ_t dz_t h_tᵀ + Σ_t 1(x_t) e_tᵀ} over
 * labelled tokens and over inputs, 1(v) being 1 at logit v alone.
 *
 * @param hidden h, {@code [n, C]}
 * @param columns γ, {@code [1, C]}; null: ones
 * @param dz dL/d(h Wᵀ), {@code [n, V]}, scaled by how far each row goes
 * @param inputs null if the head isn't tied
 * @param slope as in {@link LowRankStep}
 */
record LmHeadStep(
    Tensor hidden, @Nullable Tensor columns, Tensor dz, @Nullable Inputs inputs, double slope) {
  /**
   * A sample's own tokens, embedded by the tied head.
   *
   * @param ids {@code [T]}
   * @param e gradient of the embedded tokens, {@code [T, C]}
   * @param reach how far the tokens' rows go, {@code [1, T]}; null: 1
   */
  record Inputs(Tensor ids, Tensor e, @Nullable Tensor reach) {
    /** Products of the 1(x_t), with one side scaled, {@code [T, T]}. */
    Tensor same() {
      Tensor same = ids.unsqueeze(1).eq(ids.unsqueeze(0)).to(e.scalar_type());
      return reach == null ? same : same.mul_(reach);
    }

    Inputs scaled(Tensor rows) {
      return new Inputs(ids, e, rows.index_select(1, ids));
    }
  }

  /**
   * The step for one sample; belongs to the running scope.
   *
   * @param dz is overwritten
   */
  static LmHeadStep of(
      Tensor hidden, Tensor dz, @Nullable Inputs inputs, SeparateSteps.Direction direction) {
    Tensor x = inputs == null ? hidden : torch.cat(new TensorVector(hidden, inputs.e()), 0);
    if (direction == SeparateSteps.Direction.GRADIENT) {
      Tensor slope = LowRankStep.inner(LowRankStep.products(x, x), products(dz, inputs));
      return new LmHeadStep(hidden, null, dz, inputs, slope.item_double());
    }
    Tensor ofX = LowRankStep.ridged(x);
    Tensor ofG = products(dz, inputs);
    Tensor whole = LowRankStep.inner(ofX, ofG).sqrt_();
    Tensor rows = rowNorms(ofX, dz, inputs);
    Tensor columns = LowRankStep.norms(LowRankStep.ridge(ofG), x);
    double slope = LowRankStep.slope(rows, columns, whole).item_double();
    LowRankStep.inverseRoot(rows)
        .mul_(whole.to(x.scalar_type()))
        .mul_(new Scalar(SeparateSteps.Direction.MEAN_SIZE));
    Inputs scaled = inputs == null ? null : inputs.scaled(rows);
    return new LmHeadStep(hidden, LowRankStep.inverseRoot(columns), dz.mul_(rows), scaled, slope);
  }

  /** Products of the gradients that are summed, {@code [n + T, n + T]}. */
  private static Tensor products(Tensor dz, @Nullable Inputs inputs) {
    Tensor own = dz.mm(dz.t());
    if (inputs == null) {
      return own;
    }
    Tensor at = dz.index_select(1, inputs.ids());
    Tensor above = torch.cat(new TensorVector(own, at), 1);
    Tensor below = torch.cat(new TensorVector(at.t(), inputs.same()), 1);
    return torch.cat(new TensorVector(above, below), 0);
  }

  /** Squared norms of the gradient's rows, {@code [1, V]}. */
  private static Tensor rowNorms(Tensor ofX, Tensor dz, @Nullable Inputs inputs) {
    long n = dz.size(0);
    Tensor norms = LowRankStep.norms(ofX.narrow(0, 0, n).narrow(1, 0, n), dz);
    if (inputs != null) {
      long own = inputs.ids().size(0);
      Tensor read = ofX.narrow(0, n, own);
      Tensor crossed = read.narrow(1, 0, n).mul(dz.index_select(1, inputs.ids()).t()).sum(1);
      Tensor between = read.narrow(1, n, own).mul(inputs.same()).sum(1);
      norms.index_add_(1, inputs.ids(), between.add_(crossed, new Scalar(2.0)).unsqueeze(0));
    }
    return norms;
  }

  /**
   * Adds {@code h · h' Dᵀ} to logits before any cap.
   *
   * @param logits {@code [n, V]}, written to
   * @param moved h', {@code [n, C]}
   */
  void addTo(Tensor logits, Tensor moved, double h) {
    Tensor left = moved.mul(new Scalar(h));
    if (columns != null) {
      left.mul_(columns);
    }
    logits.addmm_(LowRankStep.products(left, hidden), dz);
    if (inputs != null) {
      Tensor read = LowRankStep.products(left, inputs.e());
      logits.index_add_(1, inputs.ids(), inputs.reach() == null ? read : read.mul_(inputs.reach()));
    }
  }

  /** D's rows for the sample's own tokens, {@code [T, C]}, for a tied head. */
  Tensor rows(Inputs own) {
    Tensor rows = dz.index_select(1, own.ids()).t().mm(hidden).add_(own.same().t().mm(own.e()));
    return columns == null ? rows : rows.mul_(columns);
  }
}
