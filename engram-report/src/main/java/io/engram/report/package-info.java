/** Placeholder. */
@NullMarked
package io.engram.report;

import org.jspecify.annotations.NullMarked;
