package io.engram.unlearn.audit.attack;

import io.engram.model.LanguageModel;
import io.engram.model.train.WeightArithmetic;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The very file that is served. Its weights must come from the model after: facts {@code
 * distance_to_after} and {@code distance_to_before} are {@code ‖θ_file − θ‖ / ‖θ‖}, and a file that
 * is nearer to the model before is most likely the wrong one.
 *
 * <p>The other models are asked as they are, since how the file was made isn't known.
 *
 * <p><b>Source:</b> docs/audit.md. <b>Cost:</b> opening the file, and a pass over the samples.
 */
public final class Deployed implements Attack {
  /** Needs {@code --deployed}. */
  public static final AttackKind KIND =
      new AttackKind(
          "deployed",
          "the file that is served (--deployed)",
          "docs/audit.md",
          Set.of(Need.DEPLOYED),
          1,
          Deployed::new);

  @Override
  public Outcome on(Victim victim) {
    if (victim.role() != Role.AFTER) {
      return Outcome.of(Row.of(victim.samples(), "", victim.knowledge()));
    }
    victim.requireMemory(2); // the file and the original
    Supplier<LanguageModel> opener = Objects.requireNonNull(victim.data().models().deployed());
    SortedMap<String, Double> facts = new TreeMap<>();
    try (LanguageModel file = opener.get()) {
      double after = WeightArithmetic.distance(file, victim.model());
      double before;
      try (LanguageModel original = victim.data().models().before().get()) {
        before = WeightArithmetic.distance(file, original);
      }
      facts.put("distance_to_after", after);
      facts.put("distance_to_before", before);
      Victim own =
          new Victim(victim.role(), file, victim.samples(), victim.data(), victim.progress());
      List<Row> rows = Row.of(victim.samples(), "", own.knowledge());
      return new Outcome(
          rows,
          facts,
          before < after
              ? List.of(
                  "the file's weights are nearer to the model before (%.3f) than to the model after (%.3f): is it the right file?"
                      .formatted(before, after))
              : List.of());
    }
  }
}
