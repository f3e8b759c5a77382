package io.engram.report.figure;

import java.util.List;

/**
 * Colours and shapes of runs. The colours behind the variables are Okabe and Ito's, told apart by
 * colour-blind readers; shapes say the same again for print in grey.
 */
final class Palette {
  static final String BEFORE = "var(--before)";
  static final String INK = "var(--ink)";
  private static final List<String> SHAPES = List.of("circle", "diamond", "square", "triangle-up");

  private Palette() {}

  static String colour(int run) {
    return "var(--run-" + (run % SHAPES.size() + 1) + ")";
  }

  static String shape(int run) {
    return SHAPES.get(run % SHAPES.size());
  }
}
