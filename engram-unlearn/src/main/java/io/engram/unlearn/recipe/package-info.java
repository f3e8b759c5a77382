/**
 * What a recipe's sections mean to a model: its samples, cut and drawn, and the settings of
 * training. The only place where keys of a recipe become arguments of {@code io.engram.model}; no
 * method, order or run is decided here. Start with {@link io.engram.unlearn.recipe.RecipeSettings}.
 */
@NullMarked
package io.engram.unlearn.recipe;

import org.jspecify.annotations.NullMarked;
