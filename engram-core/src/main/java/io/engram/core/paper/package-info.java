/** The paper's own numbers, as data with the place where it has them. */
@NullMarked
package io.engram.core.paper;

import org.jspecify.annotations.NullMarked;
