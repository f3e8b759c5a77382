/**
 * Memory Removal Difficulty: Definition 3.1, Algorithm 1, and estimators of the same number that
 * need fewer passes. The arithmetic sees a model only as a {@link
 * io.engram.unlearn.mrd.NoisyScorer}, which tests implement in closed form; {@link
 * io.engram.unlearn.mrd.MrdMeasurement} joins it to a language model. Start with {@link
 * io.engram.unlearn.mrd.RelativeChange}.
 */
@NullMarked
package io.engram.unlearn.mrd;

import org.jspecify.annotations.NullMarked;
