/**
 * What the page says around its figures: the summary, the verdict, the sample table, the recipe and
 * the limits, each computed from the runs. {@link io.engram.report.page.Page} is what the template
 * gets.
 */
@NullMarked
package io.engram.report.page;

import org.jspecify.annotations.NullMarked;
