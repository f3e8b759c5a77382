/**
 * The run folder and what lies in it: manifest, journal, measurements, samples; written atomically,
 * locked while in use.
 */
@NullMarked
package io.engram.core.run;

import org.jspecify.annotations.NullMarked;
