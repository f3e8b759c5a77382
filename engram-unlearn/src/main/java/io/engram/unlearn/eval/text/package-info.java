/**
 * What is left of a corpus of texts, by the measures of MUSE: verbatim memory, knowledge, privacy
 * leakage, utility. A corpus is a YAML file: among this package's resources, or a user's own. Start
 * with {@link io.engram.unlearn.eval.text.Corpus}, then {@link
 * io.engram.unlearn.eval.text.TextSuite}.
 */
@NullMarked
package io.engram.unlearn.eval.text;

import org.jspecify.annotations.NullMarked;
