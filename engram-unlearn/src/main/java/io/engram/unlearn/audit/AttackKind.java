package io.engram.unlearn.audit;

import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An attack before it is made. Each attack declares one, and a line in {@code attack.Attacks} is
 * all it takes to add an attack.
 *
 * @param name its name on the command line and in files
 * @param summary what it does, in a few words for the person who asked
 * @param source where it is from
 * @param needs what it can't do without; if something is missing, it is left out and listed as not
 *     checked, or refused if it was asked for by name
 * @param version to be raised if its numbers change: results of another version are made again
 * @param whyNoVerdict why what it finds known decides no verdict; null if it does decide
 * @param goesByTime whether it does less, and says so, where there is less time
 * @param opener makes it
 */
public record AttackKind(
    String name,
    String summary,
    String source,
    Set<Need> needs,
    int version,
    @Nullable String whyNoVerdict,
    boolean goesByTime,
    Supplier<Attack> opener) {
  /** The name of the plain measurement, which is no attack and is always made. */
  public static final String NONE = "none";

  /** Copies the needs. */
  public AttackKind {
    needs = Set.copyOf(needs);
  }

  /** One that decides verdicts and takes the time it takes. */
  public AttackKind(
      String name,
      String summary,
      String source,
      Set<Need> needs,
      int version,
      Supplier<Attack> opener) {
    this(name, summary, source, needs, version, null, false, opener);
  }

  /** The same, deciding no verdict. */
  public AttackKind informing(String why) {
    return new AttackKind(name, summary, source, needs, version, why, goesByTime, opener);
  }

  /** The same, doing less where there is less time. */
  public AttackKind goingByTime() {
    return new AttackKind(name, summary, source, needs, version, whyNoVerdict, true, opener);
  }
}
