/** Tests of the package of the same name. */
@NullMarked
package io.engram.report.compare;

import org.jspecify.annotations.NullMarked;
