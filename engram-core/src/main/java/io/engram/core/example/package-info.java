/**
 * Data that Engram invents, so that its commands can be tried before one's own data are at hand.
 * Everything is drawn from a seed; no real person, address or number may be in it, and nothing here
 * opens a model. Start with {@link io.engram.core.example.PiiExample}.
 */
@NullMarked
package io.engram.core.example;

import org.jspecify.annotations.NullMarked;
