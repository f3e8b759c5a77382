/**
 * Tests whether MRD predicts what it claims to: unlearns samples one by one, counts the updates
 * that each one needs, and compares the counts with every variant of MRD and with rival scores.
 * {@link io.engram.unlearn.study.DifficultyStudy} runs it. {@link
 * io.engram.unlearn.study.TheoremStudy} compares MRD with the traces of Theorem 3.2.
 *
 * <p><b>Source:</b> section 4.2, Figures 2 to 4.
 */
@NullMarked
package io.engram.unlearn.study;

import org.jspecify.annotations.NullMarked;
