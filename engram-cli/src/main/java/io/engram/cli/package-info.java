/**
 * The {@code engram} command: it parses, delegates, prints, and turns failures into messages and
 * exit codes. No arithmetic on models and no knowledge of methods belongs here. Start with {@link
 * io.engram.cli.Engram}; each command is a file in {@code command}.
 */
@NullMarked
package io.engram.cli;

import org.jspecify.annotations.NullMarked;
