package io.engram.model.decoder.config;

/**
 * The sizes of a decoder.
 *
 * @param vocabulary V
 * @param hidden C
 * @param intermediate width of the MLP
 * @param layers L
 * @param heads H
 * @param kvHeads G, a divisor of H
 * @param headDim D
 * @param maxPositions the context length in tokens
 */
public record Shape(
    int vocabulary,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int maxPositions) {
  /** Width of all queries together, H·D. */
  public long queryWidth() {
    return (long) heads * headDim;
  }

  /** Width of all keys, or of all values, together, G·D. */
  public long keyWidth() {
    return (long) kvHeads * headDim;
  }
}
