/** Tests of the package of the same name. */
@NullMarked
package io.engram.report.figure;

import org.jspecify.annotations.NullMarked;
