/**
 * Reads run folders into records, once. A missing part is an empty list, never an error, so that an
 * interrupted run still has a report.
 */
@NullMarked
package io.engram.report.run;

import org.jspecify.annotations.NullMarked;
