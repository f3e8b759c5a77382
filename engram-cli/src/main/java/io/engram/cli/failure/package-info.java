/** From an exception to a short message and an exit code. */
@NullMarked
package io.engram.cli.failure;

import org.jspecify.annotations.NullMarked;
