/**
 * Random streams named by seed, purpose, epoch and index; a number depends on its name alone, so
 * any update can be recomputed by itself.
 */
@NullMarked
package io.engram.core.random;

import org.jspecify.annotations.NullMarked;
