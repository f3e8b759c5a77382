/** Tests of joined words. */
@NullMarked
package io.engram.report.text;

import org.jspecify.annotations.NullMarked;
