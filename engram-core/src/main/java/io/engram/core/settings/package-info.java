/**
 * The keys of recipes as annotations on the records that hold their values, and everything derived
 * from them: reading with all faults at once, defaults, explanations, writing. Nothing here knows
 * which keys there are. Start with {@link io.engram.core.settings.Setting} and {@link
 * io.engram.core.settings.Schema}.
 */
@NullMarked
package io.engram.core.settings;

import org.jspecify.annotations.NullMarked;
