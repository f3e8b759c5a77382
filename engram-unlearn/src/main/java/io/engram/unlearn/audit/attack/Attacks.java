package io.engram.unlearn.audit.attack;

import io.engram.core.EngramException;
import io.engram.core.settings.NearestNames;
import io.engram.unlearn.audit.AttackKind;
import java.util.ArrayList;
import java.util.List;

/**
 * All attacks: the cheap ones first, then those that decide most verdicts, then the rest, so that
 * what matters is made even if time runs out. To add one, add a line here.
 */
public final class Attacks {
  private static final List<AttackKind> ALL =
      List.of(
          NoAttack.KIND,
          Deployed.KIND,
          RoundedWeights.INT8,
          RoundedWeights.INT4,
          RoundedWeights.NF4,
          Membership.KIND,
          Inside.LENS,
          Composition.ADAPTER_OFF,
          Composition.ADAPTER_HALF,
          Composition.MERGE_HALF,
          Relearning.PARTS,
          PrefixExtraction.KIND,
          OtherWords.OTHER_WORDS,
          OtherWords.PROBES,
          ExposedValues.KIND,
          SampledAnswers.KIND,
          Relearning.RELATED,
          Relearning.UNRELATED,
          Relearning.OWN,
          Inside.DEPTH);

  private Attacks() {}

  /** All kinds; the first is no attack and is always made. */
  public static List<AttackKind> all() {
    return ALL;
  }

  /** All names. */
  public static List<String> names() {
    return ALL.stream().map(AttackKind::name).toList();
  }

  /**
   * The attacks of these names and the plain measurement, in the order of {@link #all}.
   *
   * @param names empty: all
   * @throws EngramException if there is no such attack
   */
  public static List<AttackKind> named(List<String> names) {
    for (String name : names) {
      if (!names().contains(name)) {
        throw EngramException.usage(
            "--attacks: no attack is named %s%s.\nThere are %s."
                .formatted(name, near(name), String.join(", ", names().subList(1, ALL.size()))));
      }
    }
    List<AttackKind> chosen = new ArrayList<>();
    for (AttackKind kind : ALL) {
      if (names.isEmpty() || kind.name().equals(AttackKind.NONE) || names.contains(kind.name())) {
        chosen.add(kind);
      }
    }
    return chosen;
  }

  private static String near(String name) {
    List<String> near = NearestNames.of(name, names(), 1);
    return near.isEmpty() ? "" : " (did you mean " + near.get(0) + "?)";
  }
}
