/**
 * The figures of a study ({@code study.json}): each kind of figure as a Vega-Lite specification,
 * with its numbers as a table. It reads no run folder. Start with {@link
 * io.engram.report.page.StudyView}.
 */
@NullMarked
package io.engram.report.study;

import org.jspecify.annotations.NullMarked;
