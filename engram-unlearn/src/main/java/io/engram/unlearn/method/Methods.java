package io.engram.unlearn.method;

import io.engram.core.settings.Choices;
import java.util.List;

/** The unlearning methods by their names in a recipe. To add a method, add a line here. */
public final class Methods {
  /** All unlearning methods, and fine-tuning. */
  public static final Choices<UnlearningMethod> ALL =
      new Choices<>(
          UnlearningMethod.class,
          "name",
          "The unlearning method: which loss an update minimises.",
          "ga (engram finetune: finetune)",
          List.of(
              GradientAscent.class,
              GradDiff.class,
              PreferenceOptimization.class,
              Npo.class,
              SimNpo.class,
              Dpo.class,
              AltPo.class,
              Flat.class,
              Rmu.class,
              Wga.class,
              SatImp.class,
              Tnpo.class,
              Undial.class,
              CeU.class,
              Pdu.class,
              NgDiff.class,
              Gru.class,
              Finetune.class));

  private Methods() {}
}
