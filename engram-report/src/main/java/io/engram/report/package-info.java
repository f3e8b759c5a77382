/**
 * Turns run folders into one HTML file that needs no network. Start reading at {@link
 * io.engram.report.Report}. Nothing in here opens a model or computes a metric anew: the page shows
 * what the run folders hold.
 */
@NullMarked
package io.engram.report;

import org.jspecify.annotations.NullMarked;
