/**
 * What was forgotten and what was kept: suites of measurements, one package each. A suite asks the
 * model once and leaves the arithmetic to pure functions beside it. Every sample's row is kept, so
 * that each number can be traced to what the model answered. Start with {@link
 * io.engram.unlearn.eval.Suite}.
 */
@NullMarked
package io.engram.unlearn.eval;

import org.jspecify.annotations.NullMarked;
