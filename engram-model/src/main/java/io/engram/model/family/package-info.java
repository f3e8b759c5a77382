/**
 * What a config.json means and what its weights are called: one file for each model family, close
 * relatives together. No weight is read here. Start with {@link io.engram.model.family.Family}.
 */
@NullMarked
package io.engram.model.family;

import org.jspecify.annotations.NullMarked;
