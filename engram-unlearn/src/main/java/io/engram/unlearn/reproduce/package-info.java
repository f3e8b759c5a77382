/**
 * The paper's tables and figures made again, beside what the paper prints, with what each of its
 * claims comes to. A table is data; its rows are recipes. Start with {@link
 * io.engram.unlearn.reproduce.Reproduction}.
 */
@NullMarked
package io.engram.unlearn.reproduce;

import org.jspecify.annotations.NullMarked;
