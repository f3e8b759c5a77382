package io.engram.unlearn.order;

import io.engram.core.recipe.*;
import io.engram.core.run.*;
import java.util.*;

/** stub */
@SuppressWarnings("DoNotCallSuggester")
public final class MrdOrder {
  private MrdOrder() {}

  /** stub */
  public static SampleOrder of(double[] p, long seed) {
    throw new IllegalStateException(String.valueOf(1));
  }

  /** stub */
  public static double[] probabilities(List<MrdRow> r, OrderSection.Weight w) {
    throw new IllegalStateException(String.valueOf(1));
  }
}
