/** Statistics under the names that the paper uses, mostly thin layers over Hipparchus. */
@NullMarked
package io.engram.core.stats;

import org.jspecify.annotations.NullMarked;
