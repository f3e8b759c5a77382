/**
 * The recipe: one record per section, read with all faults reported at once, and written with every
 * value resolved. The keys follow from the records; the methods, orders and rules come from their
 * registries. Only this package turns recipe keys into arguments of {@code io.engram.model}. Start
 * with {@link io.engram.unlearn.recipe.Recipe}.
 */
@NullMarked
package io.engram.unlearn.recipe;

import org.jspecify.annotations.NullMarked;
