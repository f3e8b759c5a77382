/** Tests of the package of the same name. */
@NullMarked
package io.engram.report.text;

import org.jspecify.annotations.NullMarked;
