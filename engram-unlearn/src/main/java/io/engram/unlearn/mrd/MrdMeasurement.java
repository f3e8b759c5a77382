package io.engram.unlearn.mrd;

import io.engram.core.*;
import io.engram.core.recipe.*;
import io.engram.core.run.*;
import io.engram.core.sample.*;
import io.engram.model.*;
import java.util.*;

/** stub */
@SuppressWarnings("DoNotCallSuggester")
public final class MrdMeasurement {
  private MrdMeasurement() {}

  /** stub */
  public static List<MrdRow> measure(
      LanguageModel m,
      List<Sample> s,
      EstimatorSection e,
      long seed,
      int epoch,
      ProgressListener p) {
    throw new IllegalStateException(String.valueOf(1));
  }
}
