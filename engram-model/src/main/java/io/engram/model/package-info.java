/**
 * Language models on libtorch: open, score, generate, train, save. Start with {@link
 * io.engram.model.LanguageModel}.
 */
@NullMarked
package io.engram.model;

import org.jspecify.annotations.NullMarked;
