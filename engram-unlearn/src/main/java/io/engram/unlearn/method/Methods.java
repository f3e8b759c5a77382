package io.engram.unlearn.method;

import io.engram.core.settings.Choices;
import java.util.List;

/** The unlearning methods by their names in a recipe; a new one is a line here. */
public final class Methods {
  /** All methods, and descent. */
  public static final Choices<UnlearningMethod> ALL =
      new Choices<>(
          UnlearningMethod.class,
          "name",
          "The loss.",
          "ga (engram finetune: finetune)",
          List.of(
              GradientAscent.class,
              GradDiff.class,
              PreferenceOptimization.class,
              Npo.class,
              SimNpo.class,
              Dpo.class,
              Rmu.class,
              Wga.class,
              Undial.class,
              CeU.class,
              NgDiff.class,
              Gru.class,
              Finetune.class));

  private Methods() {}
}
