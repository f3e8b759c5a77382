/**
 * How hard a sample is to forget: one interface, {@link
 * io.engram.unlearn.difficulty.DifficultyScore}, one file a score, and the list of all in {@link
 * io.engram.unlearn.difficulty.DifficultyScores}. MRD by four estimators, and what may take its
 * place. The mathematics and the machinery of draws are in {@link io.engram.unlearn.mrd}; what is
 * made of scores is in {@code order} and {@code study}.
 *
 * <p>All scores of a run are kept in {@code mrd/epoch-NNN.jsonl}, a row a sample ({@link
 * io.engram.core.run.MrdRow}): the value stands under {@code mrd} for MRD and its two parts, and
 * under the score's name for all others.
 *
 * <p>To add a score: a record here whose components are its options, a line in {@code
 * DifficultyScores.ALL}, a test, and its row in docs/.
 */
@NullMarked
package io.engram.unlearn.difficulty;

import org.jspecify.annotations.NullMarked;
