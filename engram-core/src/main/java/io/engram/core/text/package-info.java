/** Numbers and lists as a reader wants to see them: digits, units, plus-minus, joined words. */
@NullMarked
package io.engram.core.text;

import org.jspecify.annotations.NullMarked;
