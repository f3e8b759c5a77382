/** Placeholder. */
@NullMarked
package io.engram.core;

import org.jspecify.annotations.NullMarked;
