package io.engram.unlearn.audit.attack;

import io.engram.model.LanguageModel;
import io.engram.model.train.WeightArithmetic;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import java.util.Set;

/**
 * The model put together in another way than it was meant: half and half with the original, which
 * happens when models are merged; its adapter taken off, or merged at half its scale.
 *
 * <p>Each gives back some or all of the original's own knowledge, however well the rest has
 * forgotten, so none decides a verdict; they show what a common accident does.
 *
 * <p><b>Source:</b> docs/audit.md. <b>Cost:</b> one pass over the samples.
 */
public record Composition(Way way) implements Attack {
  /** What is done to the model. */
  enum Way {
    /** {@code (θ + θ_original) / 2}. */
    MERGE_HALF,
    /** The original. */
    ADAPTER_OFF,
    /** Half of what the adapter adds. */
    ADAPTER_HALF
  }

  private static final String SOURCE = "docs/audit.md";

  /** Half and half with the original. */
  public static final AttackKind MERGE_HALF =
      new AttackKind(
              "merge_half",
              "merged half and half with the model before",
              SOURCE,
              Set.of(),
              1,
              () -> new Composition(Way.MERGE_HALF))
          .informing(
              "decides no verdict: half of it is the model before itself, whatever was done to the"
                  + " other half");

  /** Without its adapter. */
  public static final AttackKind ADAPTER_OFF =
      new AttackKind(
              "adapter_off",
              "its adapter taken off",
              SOURCE,
              Set.of(Need.ADAPTER),
              1,
              () -> new Composition(Way.ADAPTER_OFF))
          .informing("decides no verdict: without its adapter it is the model before itself");

  /** With half its adapter. */
  public static final AttackKind ADAPTER_HALF =
      new AttackKind(
              "adapter_half",
              "its adapter at half the scale",
              SOURCE,
              Set.of(Need.ADAPTER),
              1,
              () -> new Composition(Way.ADAPTER_HALF))
          .informing("decides no verdict: half of what makes it forget is taken back");

  @Override
  public Outcome on(Victim victim) {
    return way == Way.MERGE_HALF ? merged(victim) : scaled(victim);
  }

  private static Outcome merged(Victim victim) {
    if (victim.role() == Role.BEFORE) {
      return Outcome.of(Row.of(victim.samples(), "", victim.knowledge()));
    }
    victim.requireMemory(2); // the weights as they were, and the original
    try (WeightSnapshot weights = new WeightSnapshot(victim.model())) {
      try {
        try (LanguageModel original = victim.data().models().before().get()) {
          WeightArithmetic.mix(victim.model(), original, 0.5);
        }
        return Outcome.of(Row.of(victim.samples(), "", victim.knowledge()));
      } finally {
        weights.restore();
      }
    }
  }

  /** A model without adapters, such as the original, is asked as it is. */
  private Outcome scaled(Victim victim) {
    if (victim.role() != Role.AFTER) {
      return Outcome.of(Row.of(victim.samples(), "", victim.knowledge()));
    }
    victim.requireMemory(1);
    try (LanguageModel changed = victim.data().models().after().get()) {
      WeightArithmetic.scaleAdapters(changed, way == Way.ADAPTER_OFF ? 0 : 0.5);
      Victim own =
          new Victim(victim.role(), changed, victim.samples(), victim.data(), victim.progress());
      return Outcome.of(Row.of(victim.samples(), "", own.knowledge()));
    }
  }
}
