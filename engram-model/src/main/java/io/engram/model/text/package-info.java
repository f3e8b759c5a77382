/**
 * Turns samples into token ids and back: tokenizer, templates and the answer span. Start with
 * {@link io.engram.model.text.SampleTokenizer}.
 */
@NullMarked
package io.engram.model.text;

import org.jspecify.annotations.NullMarked;
