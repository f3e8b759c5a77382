package io.engram.model.decoder;

/**
 * How the parts of a decoder are put together.
 *
 * @param residual how a layer's parts add up
 * @param transposed whether the weights of the layers' linear parts are stored {@code [in, out]}
 * @param firstPosition the row of the position embedding that a sequence's first token has; of no
 *     meaning where there is no such embedding
 * @param lastNorm whether a norm comes after the last layer
 * @param newOutputs new weights of the projections that end attention and MLP are this times as
 *     wide as others
 */
public record Structure(
    Residual residual, boolean transposed, int firstPosition, boolean lastNorm, double newOutputs) {
  /** As Llama and its descendants are built. */
  public static final Structure PLAIN = new Structure(Residual.SEQUENTIAL, false, 0, true, 1);

  /** How a layer makes y of x; norms that a family doesn't have leave their input as it is. */
  public enum Residual {
    /** {@code h = x + post(attention(pre(x)))}, then {@code y = h + post(mlp(pre(h)))}. */
    SEQUENTIAL,
    /** {@code y = x + attention(pre(x)) + mlp(pre'(x))}. */
    PARALLEL,
    /** {@code h = post(x + attention(x))}, then {@code y = post(h + mlp(h))}. */
    NORMED_SUMS
  }
}
