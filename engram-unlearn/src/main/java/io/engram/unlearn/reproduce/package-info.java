/**
 * Reproduces the paper's tables and figures next to its printed values, with a verdict on each of
 * its claims. A table is data; its rows are recipes. Start with {@link
 * io.engram.unlearn.reproduce.Reproduction}.
 */
@NullMarked
package io.engram.unlearn.reproduce;

import org.jspecify.annotations.NullMarked;
