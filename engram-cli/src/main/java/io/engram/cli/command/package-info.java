/** One command per file: its arguments, and a short call that delegates the work. */
@NullMarked
package io.engram.cli.command;

import org.jspecify.annotations.NullMarked;
