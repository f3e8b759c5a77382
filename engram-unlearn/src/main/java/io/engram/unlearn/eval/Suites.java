package io.engram.unlearn.eval;

import io.engram.core.EngramException;
import io.engram.core.recipe.EvalSection;
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
   * The suites of these names. An encoder in a folder is opened here, so that what is wrong with it
   * is said before anything is measured.
   *
   * @param encoder which sentence encoder judges: {@code built-in} or a folder
   * @throws EngramException if there is no such suite, or the folder is no encoder
   */
  public static List<Suite> named(List<String> names, String encoder) {
    List<Suite> suites = names.stream().map(name -> named(name, encoder)).toList();
    if (!suites.isEmpty() && !encoder.equals(EvalSection.BUILT_IN)) {
      SentenceEncoders.shared(encoder);
    }
    return suites;
  }

  /**
   * The suite of this name. {@code tofu} measures the forgetting of forget10; {@code tofu:forget05}
   * and {@code tofu:forget01} that of the smaller sets.
   */
  private static Suite named(String name, String encoder) {
    if (name.equals(TofuSuite.NAME)) {
      return new TofuSuite(TofuSuite.FORGET_SPLITS.get(0), encoder);
    }
    if (name.startsWith(Tofu.PREFIX)) {
      return new TofuSuite(name.substring(Tofu.PREFIX.length()), encoder);
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
