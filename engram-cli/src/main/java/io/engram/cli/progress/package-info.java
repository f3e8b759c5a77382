/**
 * Long computations on a terminal: how far they have come, and how Ctrl-C stops them. Start with
 * {@link io.engram.cli.progress.Watched}.
 */
@NullMarked
package io.engram.cli.progress;

import org.jspecify.annotations.NullMarked;
