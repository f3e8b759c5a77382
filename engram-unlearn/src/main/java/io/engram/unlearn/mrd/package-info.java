/** x. */
@NullMarked
package io.engram.unlearn.mrd;

import org.jspecify.annotations.NullMarked;
