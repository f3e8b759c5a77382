/**
 * Turns run folders into one HTML file that needs no network. Start with {@link
 * io.engram.report.Report}. Nothing here opens a model or recomputes a metric: the page shows what
 * the run folders hold.
 */
@NullMarked
package io.engram.report;

import org.jspecify.annotations.NullMarked;
