package io.engram.unlearn.eval;

import io.engram.core.EngramException;
import io.engram.core.recipe.EvalSection;
import io.engram.unlearn.eval.benchmark.BenchmarkSuite;
import io.engram.unlearn.eval.harness.HarnessSuite;
import io.engram.unlearn.eval.memorization.MemorizationSuite;
import io.engram.unlearn.eval.safe.SafeSuite;
import io.engram.unlearn.eval.tofu.TofuSuite;
import io.engram.unlearn.eval.tofu.WagleSuite;
import io.engram.unlearn.eval.whp.WhpSuite;
import java.util.List;
import java.util.stream.Stream;

/** The suites there are; a new one is a line here. */
public final class Suites {
  private static final List<SuiteKind> KINDS =
      Stream.of(
              // The first is the default.
              List.of(new TofuSuite.Kind()),
              BenchmarkSuite.Kind.all(),
              List.of(
                  new WagleSuite.Kind(),
                  new MemorizationSuite.Kind(),
                  new HarnessSuite.Kind(),
                  new WhpSuite.Kind(),
                  new SafeSuite.Kind()))
          .<SuiteKind>flatMap(List::stream)
          .toList();

  private Suites() {}

  /** All names. */
  public static List<String> names() {
    return KINDS.stream().map(SuiteKind::name).toList();
  }

  /**
   * The suites that a recipe names, each with a part of it after a colon where one is wanted:
   * {@code tofu:forget05}.
   *
   * @throws EngramException if there is no such suite, or it can't be had with these settings
   */
  public static List<Suite> of(EvalSection settings) {
    return settings.suites().stream().map(name -> named(name, settings)).toList();
  }

  private static Suite named(String name, EvalSection settings) {
    int colon = name.indexOf(':');
    return kind(name).open(colon < 0 ? "" : name.substring(colon + 1), settings);
  }

  private static SuiteKind kind(String name) {
    String first = name.split(":", 2)[0];
    return KINDS.stream()
        .filter(kind -> kind.name().equals(first))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    "eval.suites: no suite is named %s; there are %s".formatted(name, names())));
  }

  /**
   * The same names, each narrowed to what a run forgets, so that it is measured on what was to be
   * forgotten and no more.
   *
   * @param forgetData {@code forget.data} of the recipe
   */
  public static List<String> matching(List<String> names, List<String> forgetData) {
    return names.stream().map(name -> matching(name, forgetData)).toList();
  }

  private static String matching(String name, List<String> forgetData) {
    String part = name.contains(":") ? "" : kind(name).partFor(forgetData);
    return part.isEmpty() ? name : name + ":" + part;
  }
}
