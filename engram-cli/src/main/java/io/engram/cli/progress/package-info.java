/**
 * How far a long computation has come: a bar on a terminal, a line now and then elsewhere; and how
 * it is\n * stopped with Ctrl-C.
 */
@NullMarked
package io.engram.cli.progress;

import org.jspecify.annotations.NullMarked;
