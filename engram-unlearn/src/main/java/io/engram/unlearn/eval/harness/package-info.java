/**
 * The tasks of lm-evaluation-harness by which the paper measures utility, with equal
 * log-likelihoods, {@code acc} and {@code acc_norm}. A task is a YAML file among this package's
 * resources: where its rows are, how they become a prompt and choices, and what is measured. Code
 * is needed only if rows must be mended. Start with {@link
 * io.engram.unlearn.eval.harness.TaskSpec}, then {@link
 * io.engram.unlearn.eval.harness.HarnessSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.harness;

import org.jspecify.annotations.NullMarked;
