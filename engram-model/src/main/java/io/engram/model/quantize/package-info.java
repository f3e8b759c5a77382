/**
 * What low-precision formats make of a model's weights: rounding to them and back, and how much of
 * a change of the weights survives. Reading and writing such files is {@code checkpoint}'s. Start
 * with {@link io.engram.model.quantize.Quantization}.
 */
@NullMarked
package io.engram.model.quantize;

import org.jspecify.annotations.NullMarked;
