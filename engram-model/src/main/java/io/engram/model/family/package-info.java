/** One file a model family: what its config.json means and how its weights are called. */
@NullMarked
package io.engram.model.family;

import org.jspecify.annotations.NullMarked;
