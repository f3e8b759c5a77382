package io.engram.unlearn.eval;

import io.engram.core.EngramException;
import java.util.List;
import java.util.function.Supplier;

/**
 * A suite before it is opened: its description for help and checks, and how to open it. Each suite
 * declares one, and registering it in {@code Suites} is all it takes to add a suite.
 *
 * @param name its name in recipes, before a colon, and the beginning of its metric ids
 * @param what what it measures, in a few words
 * @param parts what may follow the colon, the default first if there is one; empty: the suite
 *     parses that itself
 * @param reads the settings that it reads
 * @param metrics what it can measure; not every run measures all
 * @param opener opens it
 */
public record SuiteKind(
    String name,
    String what,
    List<String> parts,
    List<EvalSection.Key> reads,
    Supplier<List<SuiteMetric>> metrics,
    Opener opener) {
  /** Opens a suite. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens the suite with these settings. It reports everything that can be found wrong without a
     * model, before anything is measured.
     *
     * @param part what follows the colon of the name; empty: the whole suite
     * @throws EngramException naming the key, if it can't be opened with these settings
     */
    Suite open(String part, EvalSection settings);
  }

  /**
   * Opens the suite.
   *
   * @param part what follows the colon of the name; empty: the whole suite
   * @throws EngramException if it has no such part, or can't be opened with these settings
   */
  public Suite open(String part, EvalSection settings) {
    if (!part.isEmpty() && !parts.isEmpty() && !parts.contains(part)) {
      throw EngramException.usage(
          "eval.suites: %s:%s is not a part of %s; there are %s"
              .formatted(
                  name,
                  part,
                  name,
                  String.join(", ", parts.stream().map(each -> name + ":" + each).toList())));
    }
    return opener.open(part, settings);
  }
}
