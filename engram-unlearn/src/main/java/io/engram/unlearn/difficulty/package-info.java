/**
 * How hard a sample is to forget: one interface, {@link
 * io.engram.unlearn.difficulty.DifficultyScore}, one file per score, and the list of all in {@link
 * io.engram.unlearn.difficulty.DifficultyScores}. MRD by four estimators, and the scores that may
 * replace it. The mathematics and the machinery of noise draws are in {@link
 * io.engram.unlearn.mrd}; {@code order} and {@code study} use the scores.
 *
 * <p>A run stores its scores in {@code mrd/epoch-NNN.jsonl}, one row per sample ({@link
 * io.engram.core.run.MrdRow}). The key of the value is {@code mrd} for MRD and its two parts, and
 * the score's name for all others.
 *
 * <p>To add a score: add a record here whose components are its options, a line in {@code
 * DifficultyScores.ALL}, a test, and its row in docs/.
 */
@NullMarked
package io.engram.unlearn.difficulty;

import org.jspecify.annotations.NullMarked;
