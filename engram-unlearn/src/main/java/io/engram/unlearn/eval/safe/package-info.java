/**
 * Table 6's measure of the harm that is left: how toxic a classifier finds the model's
 * continuations of prompts. Start with {@link io.engram.unlearn.eval.safe.SafeSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.safe;

import org.jspecify.annotations.NullMarked;
