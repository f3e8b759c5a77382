package io.engram.report.figure;

import java.util.List;

/**
 * Colours and shapes of runs. The colours behind the variables are Okabe and Ito's, which
 * colour-blind readers can distinguish; shapes repeat the information for printing in grey.
 */
public final class Palette {
  public static final String BEFORE = "var(--before)";
  public static final String INK = "var(--ink)";
  private static final List<String> SHAPES = List.of("circle", "diamond", "square", "triangle-up");

  private Palette() {}

  public static String colour(int run) {
    return "var(--run-" + (run % SHAPES.size() + 1) + ")";
  }

  /**
   * The colour of one series of several: separate colours for few, a blend from first to last for
   * more.
   */
  public static String colour(int index, int of) {
    if (of <= SHAPES.size()) {
      return colour(index);
    }
    return "color-mix(in oklch, var(--run-2) %d%%, var(--run-1))"
        .formatted(Math.round(100.0 * index / (of - 1)));
  }

  public static String shape(int run) {
    return SHAPES.get(run % SHAPES.size());
  }
}
