/** Greedy decoding of many prompts at once with a key-value cache. */
@NullMarked
package io.engram.model.generate;

import org.jspecify.annotations.NullMarked;
