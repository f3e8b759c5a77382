/**
 * Native memory, devices, number formats and sources of named tensors: what everything else needs
 * to hold a tensor safely. Start with {@link io.engram.model.tensor.Tensors}.
 */
@NullMarked
package io.engram.model.tensor;

import org.jspecify.annotations.NullMarked;
