/** x. */
@NullMarked
package io.engram.unlearn.order;

import org.jspecify.annotations.NullMarked;
