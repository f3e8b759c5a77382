/**
 * Does MRD predict what it claims to? Samples are unlearned one by one, the updates each needed are
 * counted, and the counts are compared with MRD in every reading and with rival scores. {@link
 * io.engram.unlearn.study.DifficultyStudy} runs it. {@link io.engram.unlearn.study.TheoremStudy}
 * compares MRD with the traces of Theorem 3.2.
 *
 * <p><b>Source:</b> section 4.2, Figures 2 to 4.
 */
@NullMarked
package io.engram.unlearn.study;

import org.jspecify.annotations.NullMarked;
