/**
 * The unlearning methods, one loss per file, mostly pure functions of token log-probabilities.
 * Start with {@link io.engram.unlearn.method.UnlearningMethod}.
 */
@NullMarked
package io.engram.unlearn.method;

import org.jspecify.annotations.NullMarked;
