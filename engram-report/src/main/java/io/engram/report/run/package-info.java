/**
 * What a run folder says, read once into records. A missing part is an empty list, never an error,
 * so that an interrupted run still has a report.
 */
@NullMarked
package io.engram.report.run;

import org.jspecify.annotations.NullMarked;
