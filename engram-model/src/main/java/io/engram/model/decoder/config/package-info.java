/**
 * What a decoder is, before any weight is read: sizes, kinds of layers, names and shapes of
 * weights. Families make it from a config.json, the decoder computes by it; nothing here holds a
 * tensor. Start with {@link io.engram.model.decoder.config.DecoderConfig}.
 */
@NullMarked
package io.engram.model.decoder.config;

import org.jspecify.annotations.NullMarked;
