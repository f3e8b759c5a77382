/**
 * LUME, the task of SemEval-2025: stories, personal data and biographies, of which half is to be
 * forgotten. Start with {@link io.engram.unlearn.eval.lume.LumeSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.lume;

import org.jspecify.annotations.NullMarked;
