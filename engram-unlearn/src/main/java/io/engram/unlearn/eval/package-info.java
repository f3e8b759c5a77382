/**
 * Measures what was forgotten and what was kept. This package holds what all suites share: the
 * interface of a {@link io.engram.unlearn.eval.Suite}, how one declares itself ({@link
 * io.engram.unlearn.eval.SuiteKind}), the one way to make measurements ({@link
 * io.engram.unlearn.eval.Measurements}), answers and continuations, means with their errors. Each
 * suite has its own package, which this one doesn't know; {@code eval.suites} lists them. A suite
 * asks the model once and leaves the arithmetic to pure functions. Every sample's row is kept, so
 * that each number can be traced to the model's answers.
 */
@NullMarked
package io.engram.unlearn.eval;

import org.jspecify.annotations.NullMarked;
