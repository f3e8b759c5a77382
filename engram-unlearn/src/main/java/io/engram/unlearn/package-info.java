/** Placeholder. */
@NullMarked
package io.engram.unlearn;

import org.jspecify.annotations.NullMarked;
