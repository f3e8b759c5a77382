/**
 * Compares orders of samples by pairs of runs with equal seed. Words and figures belong to the
 * page. Start with {@link io.engram.report.compare.OrderPairs}.
 */
@NullMarked
package io.engram.report.compare;

import org.jspecify.annotations.NullMarked;
