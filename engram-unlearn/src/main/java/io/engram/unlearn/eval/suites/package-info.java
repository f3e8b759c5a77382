/**
 * The list of all suites, and what follows from it: which suites a recipe asks for, and how much
 * memory they take beside the model. A suite knows nothing of this package. Start with {@link
 * io.engram.unlearn.eval.suites.Suites}.
 */
@NullMarked
package io.engram.unlearn.eval.suites;

import org.jspecify.annotations.NullMarked;
