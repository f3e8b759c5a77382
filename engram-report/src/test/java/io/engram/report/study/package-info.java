/** Tests of the pages of studies. */
@NullMarked
package io.engram.report.study;

import org.jspecify.annotations.NullMarked;
