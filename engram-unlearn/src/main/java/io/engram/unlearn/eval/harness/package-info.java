/**
 * The tasks of lm-evaluation-harness that the paper measures utility by, with equal
 * log-likelihoods, {@code acc} and {@code acc_norm}. A task is a YAML file among the resources of
 * this package: where its rows lie, how they become a prompt and choices, what is measured; there
 * is code only where rows must be mended. Start with {@link
 * io.engram.unlearn.eval.harness.TaskSpec}, then {@link
 * io.engram.unlearn.eval.harness.HarnessSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.harness;

import org.jspecify.annotations.NullMarked;
