/** Placeholder. */
@NullMarked
package io.engram.model;

import org.jspecify.annotations.NullMarked;
