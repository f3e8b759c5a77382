/** Statistics under the names the paper uses, thin over Hipparchus. */
@NullMarked
package io.engram.core.stats;

import org.jspecify.annotations.NullMarked;
