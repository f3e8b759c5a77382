package io.engram.unlearn.eval;

import io.engram.core.EngramException;
import io.engram.core.sample.Tofu;
import io.engram.unlearn.eval.tofu.TofuSuite;
import java.util.List;

/** The suites there are. A new one is a line in each method. */
public final class Suites {
  private Suites() {}

  /** All names. */
  public static List<String> names() {
    return List.of(TofuSuite.NAME);
  }

  /**
   * The suite of this name. {@code tofu} measures the forgetting of forget10; {@code tofu:forget05}
   * and {@code tofu:forget01} that of the smaller sets.
   *
   * @throws EngramException if there is none, naming those there are
   */
  public static Suite named(String name) {
    if (name.equals(TofuSuite.NAME)) {
      return new TofuSuite(TofuSuite.FORGET_SPLITS.get(0));
    }
    if (name.startsWith(Tofu.PREFIX)) {
      return new TofuSuite(name.substring(Tofu.PREFIX.length()));
    }
    throw EngramException.usage(
        "eval.suites: no suite is named %s; there are %s".formatted(name, names()));
  }

  /**
   * The same names, with {@code tofu} narrowed to the forget set that a run forgets, so that it is
   * measured on what was to be forgotten and no more.
   *
   * @param forgetData {@code forget.data} of the recipe
   */
  public static List<String> matching(List<String> names, List<String> forgetData) {
    String tofu =
        TofuSuite.FORGET_SPLITS.stream()
            .map(split -> Tofu.PREFIX + split)
            .filter(forgetData::contains)
            .findFirst()
            .orElse(TofuSuite.NAME);
    return names.stream().map(name -> name.equals(TofuSuite.NAME) ? tofu : name).toList();
  }
}
