/** x. */
@NullMarked
package io.engram.unlearn.eval;

import org.jspecify.annotations.NullMarked;
