/**
 * The suites on TOFU: Table 1 of the paper ({@link io.engram.unlearn.eval.tofu.TofuSuite}), what
 * Table 1's evaluator also computes ({@link io.engram.unlearn.eval.tofu.WagleSuite}), and what
 * TOFU's authors and open-unlearning report ({@link io.engram.unlearn.eval.tofu.BenchmarkSuite}).
 * They share the sets of questions ({@link io.engram.unlearn.eval.tofu.TofuSet}); each asks the
 * model and leaves the arithmetic to pure functions of answers and scores, here and in {@code
 * io.engram.core.metric} and {@code io.engram.core.stats}. Start with TofuSuite.
 */
@NullMarked
package io.engram.unlearn.eval.tofu;

import org.jspecify.annotations.NullMarked;
