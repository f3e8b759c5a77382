/**
 * Gradients of losses over token log-probabilities, optimisers, schedules and LoRA. Start with
 * {@link io.engram.model.train.Trainer}.
 */
@NullMarked
package io.engram.model.train;

import org.jspecify.annotations.NullMarked;
