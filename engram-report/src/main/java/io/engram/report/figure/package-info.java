/**
 * One class a figure: typed records in, a Vega-Lite specification, a caption and the table under it
 * out. No HTML in here, and no number that is not in the run folder or computed from it.
 */
@NullMarked
package io.engram.report.figure;

import org.jspecify.annotations.NullMarked;
