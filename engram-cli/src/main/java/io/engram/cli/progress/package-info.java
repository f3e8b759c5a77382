/**
 * Progress of long computations on a terminal, and how Ctrl-C stops them. Start with {@link
 * io.engram.cli.progress.Watched}.
 */
@NullMarked
package io.engram.cli.progress;

import org.jspecify.annotations.NullMarked;
