/**
 * The loop that draws samples, updates the model, evaluates and writes the run folder, and can be
 * resumed at any update. Start with {@link io.engram.unlearn.train.UnlearningLoop}.
 */
@NullMarked
package io.engram.unlearn.train;

import org.jspecify.annotations.NullMarked;
