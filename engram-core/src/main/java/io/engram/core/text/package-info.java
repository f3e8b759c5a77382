/**
 * Numbers as a reader wants to see them, on the terminal and on pages: digits, units, plus-minus.
 * Nothing here is parsed again: files hold numbers as JSON has them. Start with {@link
 * io.engram.core.text.NumberText}.
 */
@NullMarked
package io.engram.core.text;

import org.jspecify.annotations.NullMarked;
