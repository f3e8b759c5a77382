/**
 * Native memory, devices and number formats: what everything else needs to hold a tensor safely.
 */
@NullMarked
package io.engram.model.tensor;

import org.jspecify.annotations.NullMarked;
