package io.engram.unlearn.audit;

import java.util.Set;
import java.util.function.Supplier;

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
 * @param opener makes it
 */
public record AttackKind(
    String name,
    String summary,
    String source,
    Set<Need> needs,
    int version,
    Supplier<Attack> opener) {
  /** The name of the plain measurement, which is no attack and is always made. */
  public static final String NONE = "none";

  /**
   * The name of merging with the original, which decides no verdict: half of the result is the
   * original's own knowledge, whatever was done to the other half. A retrained model shows nothing
   * here: half way between two models that were trained separately there is no model that works.
   */
  public static final String MERGE_HALF = "merge_half";

  /** Whether what it finds known decides the verdict. */
  public boolean decides() {
    return !name.equals(MERGE_HALF);
  }

  /** Copies the needs. */
  public AttackKind {
    needs = Set.copyOf(needs);
  }
}
