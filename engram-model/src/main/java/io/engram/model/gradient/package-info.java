/**
 * Derivatives of token log-probabilities ℓ_t with respect to all parameters of the model, without
 * step sizes and without writing a weight: squared gradient norms of many samples at once ({@link
 * io.engram.model.gradient.GradientNorms}), second derivatives of one sample ({@link
 * io.engram.model.gradient.SecondDerivatives}). For both, an adapter's W + s·BA is one weight, as
 * in {@link io.engram.model.score.PerturbedScorer}. {@link io.engram.model.gradient.SeparateSteps}
 * moves what training would move, each sample by itself, also without writing a weight.
 */
@NullMarked
package io.engram.model.gradient;

import org.jspecify.annotations.NullMarked;
