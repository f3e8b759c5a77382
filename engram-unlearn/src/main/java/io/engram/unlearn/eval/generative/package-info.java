/**
 * Tasks in which a model writes an answer: how rows become prompts, when an answer ends, and how it
 * is scored. The harness and the suites {@code text} and {@code lume} are made of these; data sets
 * and metric names are theirs. Start with {@link io.engram.unlearn.eval.generative.GenerativeSpec}.
 */
@NullMarked
package io.engram.unlearn.eval.generative;

import org.jspecify.annotations.NullMarked;
