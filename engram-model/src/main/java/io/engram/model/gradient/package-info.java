/**
 * Derivatives of token log-probabilities ℓ_t with respect to all parameters of the model, exactly
 * and without writing a weight: squared gradient norms of many samples at once ({@link
 * io.engram.model.gradient.GradientNorms}). A linear layer's parameters are its W and bias; an
 * adapter's W + s·BA is one weight, as in {@link io.engram.model.score.PerturbedScorer}.
 */
@NullMarked
package io.engram.model.gradient;

import org.jspecify.annotations.NullMarked;
