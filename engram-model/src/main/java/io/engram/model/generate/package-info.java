/**
 * Greedy and sampled decoding of many prompts at once with a key-value cache. Start with {@link
 * io.engram.model.generate.Generator}.
 */
@NullMarked
package io.engram.model.generate;

import org.jspecify.annotations.NullMarked;
