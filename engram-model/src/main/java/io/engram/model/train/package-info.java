/**
 * Gradients of losses over token log-probabilities, optimizers, schedules and LoRA, configured by
 * {@link io.engram.model.train.TrainingScope} and {@link io.engram.model.train.OptimizerSettings}.
 * The methods that say what to minimise are defined elsewhere. Start with {@link
 * io.engram.model.train.Trainer}.
 */
@NullMarked
package io.engram.model.train;

import org.jspecify.annotations.NullMarked;
