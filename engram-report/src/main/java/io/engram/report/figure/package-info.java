/**
 * One class per figure, which turns typed records into a Vega-Lite specification, a caption and a
 * table. There is no HTML here, and every number is in the run folder or computed from it.
 */
@NullMarked
package io.engram.report.figure;

import org.jspecify.annotations.NullMarked;
