/** Tests of the package of the same name. */
@NullMarked
package io.engram.report.page;

import org.jspecify.annotations.NullMarked;
