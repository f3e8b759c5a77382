/**
 * The list of all suites, and what follows from it: which suites a recipe asks for, and how much
 * memory they need beside the model. Suites don't know this package. Start with {@link
 * io.engram.unlearn.eval.suites.Suites}.
 */
@NullMarked
package io.engram.unlearn.eval.suites;

import org.jspecify.annotations.NullMarked;
