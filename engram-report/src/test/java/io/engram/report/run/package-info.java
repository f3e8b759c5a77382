/** Tests of the package of the same name. */
@NullMarked
package io.engram.report.run;

import org.jspecify.annotations.NullMarked;
