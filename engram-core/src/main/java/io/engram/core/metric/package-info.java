/**
 * Text and score metrics as pure functions: arrays in, a number out. Nothing here opens a file or a
 * model.
 */
@NullMarked
package io.engram.core.metric;

import org.jspecify.annotations.NullMarked;
