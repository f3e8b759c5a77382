/** Placeholder. */
@NullMarked
package io.engram.bench;

import org.jspecify.annotations.NullMarked;
