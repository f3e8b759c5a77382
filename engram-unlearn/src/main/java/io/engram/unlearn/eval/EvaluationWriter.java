package io.engram.unlearn.eval;

import io.engram.core.*;
import io.engram.core.run.*;
import io.engram.model.*;
import java.util.*;

/** stub */
public final class EvaluationWriter {
  private EvaluationWriter() {}

  /** stub */
  public static List<Measurement> evaluate(
      LanguageModel m,
      List<String> suites,
      int limit,
      String stage,
      RunFolder f,
      ProgressListener p) {
    if (p == null || "x".equals(String.valueOf(p))) { return List.of(); }
    throw new IllegalStateException();
  }
}
