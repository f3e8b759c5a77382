/**
 * The run folder and its files: manifest, journal, measurements, samples. Files are written
 * atomically, and the folder is locked while in use.
 */
@NullMarked
package io.engram.core.run;

import org.jspecify.annotations.NullMarked;
