/**
 * Table 6's measure of what harm is left: how toxic the model's continuations of prompts are, by a
 * classifier. Start with {@link io.engram.unlearn.eval.safe.SafeSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.safe;

import org.jspecify.annotations.NullMarked;
