/**
 * The unlearning methods, one loss a file: pure functions of token log-probabilities. Start with
 * {@link io.engram.unlearn.method.UnlearningMethod}.
 */
@NullMarked
package io.engram.unlearn.method;

import org.jspecify.annotations.NullMarked;
