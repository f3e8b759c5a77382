/**
 * Table 1 of the paper on TOFU: what is left of the forget set (unlearning completeness) and of
 * everything else (model utility). The numbers are pure functions of answers and scores; {@link
 * io.engram.unlearn.eval.tofu.TofuSuite} asks the model for those. Start there.
 */
@NullMarked
package io.engram.unlearn.eval.tofu;

import org.jspecify.annotations.NullMarked;
