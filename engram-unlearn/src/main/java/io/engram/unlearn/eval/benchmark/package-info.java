/**
 * TOFU's own measures as its authors and open-unlearning compute them: probability, ROUGE, truth
 * ratio, model utility, forget quality, extraction strength, exact memorisation, and attacks that
 * ask whether a text was in the training set. The formulas are pure functions in {@code
 * io.engram.core.metric} and {@code io.engram.core.stats}; here the model is asked, each pair of
 * question and answer once. The paper's Table 1 is {@link io.engram.unlearn.eval.tofu}. Start with
 * {@link io.engram.unlearn.eval.benchmark.BenchmarkSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.benchmark;

import org.jspecify.annotations.NullMarked;
