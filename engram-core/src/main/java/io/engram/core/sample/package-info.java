/**
 * Samples to forget and to keep, as text or token ids, and the sources they come from. Nothing here
 * depends on tokenizers or models. Start with {@link io.engram.core.sample.Sample}.
 */
@NullMarked
package io.engram.core.sample;

import org.jspecify.annotations.NullMarked;
