/**
 * A recipe is the experiment: one record a section, every key with a default, every fault reported
 * at once. Start with {@link io.engram.core.recipe.Recipe}.
 */
@NullMarked
package io.engram.core.recipe;

import org.jspecify.annotations.NullMarked;
