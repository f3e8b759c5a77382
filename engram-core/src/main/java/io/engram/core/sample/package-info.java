/**
 * Samples to forget and to keep, as text or token ids, and where they come from. Nothing here knows
 * of tokens or models. Start with {@link io.engram.core.sample.Sample}.
 */
@NullMarked
package io.engram.core.sample;

import org.jspecify.annotations.NullMarked;
