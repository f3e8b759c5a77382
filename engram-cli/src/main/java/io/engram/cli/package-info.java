/** Placeholder. */
@NullMarked
package io.engram.cli;

import org.jspecify.annotations.NullMarked;
