/**
 * Orders of samples compared by pairs of runs of equal seed. No words and no figures: those are the
 * page's. Start with {@link io.engram.report.compare.OrderPairs}.
 */
@NullMarked
package io.engram.report.compare;

import org.jspecify.annotations.NullMarked;
