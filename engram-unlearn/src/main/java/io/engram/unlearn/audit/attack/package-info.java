/**
 * The attacks, one file each: what it does to a model, and what it measures then. How they are
 * compared and judged is {@code audit}'s.
 */
@NullMarked
package io.engram.unlearn.audit.attack;

import org.jspecify.annotations.NullMarked;
