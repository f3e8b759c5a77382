/**
 * The mathematics and machinery of Memory Removal Difficulty: relative changes (Definition 3.1),
 * sources of noise draws, the loop that averages them, the stability of a ranking, the numerical
 * floor, choosing σ by trial, sweeps, and Theorem 3.2. The estimators themselves, one file each,
 * are scores in {@code io.engram.unlearn.difficulty}; nothing here depends on them.
 *
 * <p>The arithmetic sees a model only as a {@link io.engram.unlearn.mrd.NoisyScorer}, which tests
 * implement in closed form; {@link io.engram.unlearn.mrd.MrdMeasurement} connects it to a language
 * model. Start with {@link io.engram.unlearn.mrd.RelativeChange}, then {@link
 * io.engram.unlearn.mrd.DrawLoop}.
 */
@NullMarked
package io.engram.unlearn.mrd;

import org.jspecify.annotations.NullMarked;
