package io.engram.report.figure;

import tools.jackson.databind.node.ObjectNode;

/**
 * One picture of a figure. Pictures side by side are panels and not a Vega-Lite facet, because only
 * a single view can follow the width of a phone.
 *
 * @param title shown above it; empty: none
 * @param spec its Vega-Lite specification, data included
 */
public record Panel(String title, ObjectNode spec) {}
