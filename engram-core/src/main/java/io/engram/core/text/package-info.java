/**
 * Formats numbers for readers, on the terminal and on pages: digits, units, plus-minus. These texts
 * are never parsed again; files hold numbers as JSON. Start with {@link
 * io.engram.core.text.NumberText}.
 */
@NullMarked
package io.engram.core.text;

import org.jspecify.annotations.NullMarked;
