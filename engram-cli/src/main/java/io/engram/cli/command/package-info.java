/** One command a file: its arguments, and a call of a few lines that delegates. */
@NullMarked
package io.engram.cli.command;

import org.jspecify.annotations.NullMarked;
