/**
 * The {@code engram} command: it parses, delegates, prints, and turns failures into messages and
 * exit codes. Arithmetic on models and knowledge of methods do not belong here. Start with {@link
 * io.engram.cli.Engram}; each command is a file in {@code command}.
 */
@NullMarked
package io.engram.cli;

import org.jspecify.annotations.NullMarked;
