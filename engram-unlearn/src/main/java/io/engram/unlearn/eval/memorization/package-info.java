/**
 * How much of a text a model has memorised word for word: extraction likelihood and memorization
 * accuracy of App. C.4, as a suite and for the stopping rules. Start with {@link
 * io.engram.unlearn.eval.memorization.MemorizationScores}.
 */
@NullMarked
package io.engram.unlearn.eval.memorization;

import org.jspecify.annotations.NullMarked;
