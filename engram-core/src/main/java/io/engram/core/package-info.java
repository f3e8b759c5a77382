/**
 * What a user reads when something is wrong, where Engram is installed, and how progress is told.
 * Start with {@link io.engram.core.EngramException}.
 */
@NullMarked
package io.engram.core;

import org.jspecify.annotations.NullMarked;
