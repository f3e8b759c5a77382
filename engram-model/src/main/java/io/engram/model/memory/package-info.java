/**
 * How much memory a run will take, before it takes it: pure functions of a model's shape and of
 * what is done with it, and what the machine has. Start with {@code MemoryEstimate}.
 */
@NullMarked
package io.engram.model.memory;

import org.jspecify.annotations.NullMarked;
