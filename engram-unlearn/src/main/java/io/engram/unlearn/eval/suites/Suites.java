package io.engram.unlearn.eval.suites;

import io.engram.core.EngramException;
import io.engram.core.sample.Tofu;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.harness.HarnessSuite;
import io.engram.unlearn.eval.lume.LumeSuite;
import io.engram.unlearn.eval.memorization.KnowledgeSuite;
import io.engram.unlearn.eval.memorization.MemorizationSuite;
import io.engram.unlearn.eval.safe.SafeSuite;
import io.engram.unlearn.eval.text.TextSuite;
import io.engram.unlearn.eval.tofu.BenchmarkSuite;
import io.engram.unlearn.eval.tofu.TofuSuite;
import io.engram.unlearn.eval.tofu.WagleSuite;
import io.engram.unlearn.eval.whp.WhpSuite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All suites. To add one, add a line here. */
public final class Suites {
  private static final List<SuiteKind> ALL =
      List.of(
          TofuSuite.KIND,
          BenchmarkSuite.KIND,
          BenchmarkSuite.PUBLIC_LABELS,
          WagleSuite.KIND,
          KnowledgeSuite.KIND,
          MemorizationSuite.KIND,
          HarnessSuite.KIND,
          TextSuite.KIND,
          LumeSuite.KIND,
          WhpSuite.KIND,
          SafeSuite.KIND);

  private Suites() {}

  /** The kinds of all suites, the default first. */
  public static List<SuiteKind> all() {
    return ALL;
  }

  /** All names. */
  public static List<String> names() {
    return ALL.stream().map(SuiteKind::name).toList();
  }

  /**
   * The suites that a recipe names, each optionally with a part after a colon: {@code
   * tofu:forget05}.
   *
   * @throws EngramException if there is no such suite, it can't be opened with these settings, or
   *     two of them would write different values under the same metric ids
   */
  public static List<Suite> of(EvalSection eval) {
    List<Suite> opened = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    Map<String, Object> measured = new HashMap<>();
    for (String name : eval.suites()) {
      Suite suite = open(name, eval);
      suite
          .measured()
          .forEach(
              (beginning, what) -> {
                Object earlier = measured.putIfAbsent(beginning, what);
                if (earlier != null && !earlier.equals(what)) {
                  throw twice(beginning, Objects.requireNonNull(names.get(beginning)), name);
                }
                names.putIfAbsent(beginning, name);
              });
      opened.add(suite);
    }
    return opened;
  }

  private static EngramException twice(String beginning, String one, String other) {
    return EngramException.usage(
        "eval.suites: %s and %s would both be written as %s. Name one of them; measure the other by itself: engram eval MODEL --suite %s --out DIR"
            .formatted(one, other, beginning, other));
  }

  private static Suite open(String name, EvalSection settings) {
    int colon = name.indexOf(':');
    return kind(name).open(colon < 0 ? "" : name.substring(colon + 1), settings);
  }

  /**
   * The kind of the suite that a recipe names, with or without a part.
   *
   * @throws EngramException if there is no such suite
   */
  static SuiteKind kind(String name) {
    String first = name.split(":", 2)[0];
    return ALL.stream()
        .filter(kind -> kind.name().equals(first))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    "eval.suites: no suite is named %s; there are %s".formatted(name, names())));
  }

  /**
   * The same names, each narrowed to what a run forgets, so that it measures exactly that: {@code
   * tofu} becomes {@code tofu:forget05} if {@code tofu:forget05} is forgotten.
   *
   * @param forgetData {@code forget.data} of the recipe
   */
  public static List<String> matching(List<String> names, List<String> forgetData) {
    return names.stream().map(name -> matching(name, forgetData)).toList();
  }

  private static String matching(String name, List<String> forgetData) {
    return name.contains(":")
        ? name
        : kind(name).parts().stream()
            .filter(part -> forgetData.contains(Tofu.PREFIX + part))
            .findFirst()
            .map(part -> name + ":" + part)
            .orElse(name);
  }
}
