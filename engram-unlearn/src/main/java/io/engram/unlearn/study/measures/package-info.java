/**
 * Tests which measures of knowing can be trusted: makes models that learned a set of authors and
 * models that did not, measures all of them alike, and asks of each measure how well it tells the
 * two groups apart, also after relearning and rounding. {@link
 * io.engram.unlearn.study.measures.MeasuresStudy} runs it. Nothing here unlearns.
 *
 * <p><b>Source:</b> the meta-evaluation of open-unlearning (arXiv 2506.12618).
 */
@NullMarked
package io.engram.unlearn.study.measures;

import org.jspecify.annotations.NullMarked;
