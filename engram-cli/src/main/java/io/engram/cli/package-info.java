/**
 * The {@code engram} command: it parses, delegates and prints; no arithmetic on models here. Start
 * with\n * {@link io.engram.cli.Engram}; one command a file in {@code command}.
 */
@NullMarked
package io.engram.cli;

import org.jspecify.annotations.NullMarked;
