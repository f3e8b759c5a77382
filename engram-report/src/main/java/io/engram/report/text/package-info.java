/** Joins words for the page's sentences. Start with {@link io.engram.report.text.WordList}. */
@NullMarked
package io.engram.report.text;

import org.jspecify.annotations.NullMarked;
