/**
 * The parts of the page around its figures: the summary, the verdict, the sample table, the recipe
 * and the limits, each computed from the runs. The template receives a {@link
 * io.engram.report.page.Page}.
 */
@NullMarked
package io.engram.report.page;

import org.jspecify.annotations.NullMarked;
