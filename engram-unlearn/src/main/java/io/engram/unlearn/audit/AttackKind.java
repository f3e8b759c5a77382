package io.engram.unlearn.audit;

import java.util.Map;
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

  private static final String STATES =
      "decides no verdict: hidden states can be compared only between models that were trained from the same weights, and nothing shows whether a retrained model was";

  /** Attacks that only inform, and why. */
  private static final Map<String, String> INFORM =
      Map.of(
          "merge_half",
          "decides no verdict: half of it is the model before itself, whatever was done to the other half",
          "logit_lens",
          STATES,
          "depth",
          STATES);

  /** Why what it finds known decides no verdict; null if it does decide. */
  public @Nullable String whyNoVerdict() {
    return INFORM.get(name);
  }

  /** The names of attacks that do less in less time. */
  public static final String SAMPLING = "sampling";

  /** See {@link #SAMPLING}. */
  public static final String EXPOSURE = "exposure";

  /** Whether its numbers depend on how much time there is: it then does less, and says so. */
  public boolean goesByTime() {
    return name.equals(SAMPLING) || name.equals(EXPOSURE);
  }

  /** Copies the needs. */
  public AttackKind {
    needs = Set.copyOf(needs);
  }
}
