/**
 * One decoder for all families, built from a {@link io.engram.model.decoder.config.DecoderConfig};
 * attention, MLP, norm, rotary and head are a file each.
 */
@NullMarked
package io.engram.model.decoder;

import org.jspecify.annotations.NullMarked;
