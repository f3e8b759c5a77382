/**
 * The recipe: one record a section, read with all its faults at once, written resolved, and what
 * its sections mean to a model. Which keys there are follows from the records; which methods,
 * orders and rules there are, from their registries. The only place where keys of a recipe become
 * arguments of {@code io.engram.model}. Start with {@link io.engram.unlearn.recipe.Recipe}.
 */
@NullMarked
package io.engram.unlearn.recipe;

import org.jspecify.annotations.NullMarked;
