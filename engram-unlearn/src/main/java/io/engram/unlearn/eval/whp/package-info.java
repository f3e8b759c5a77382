/**
 * Table 5's measure of what is left of a book: how much of its text the model reproduces when asked
 * to continue an excerpt. Start with {@link io.engram.unlearn.eval.whp.WhpSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.whp;

import org.jspecify.annotations.NullMarked;
