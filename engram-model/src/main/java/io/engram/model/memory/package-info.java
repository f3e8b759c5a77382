/**
 * Predicts how much memory a run will take, with pure functions of the model's shape and what is
 * done with it, and finds what the machine has. Start with {@code MemoryEstimate}.
 */
@NullMarked
package io.engram.model.memory;

import org.jspecify.annotations.NullMarked;
