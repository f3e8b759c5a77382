/**
 * Words joined as the page's sentences need them. Start with {@link
 * io.engram.report.text.WordList}.
 */
@NullMarked
package io.engram.report.text;

import org.jspecify.annotations.NullMarked;
