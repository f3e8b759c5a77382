package io.engram.unlearn.method;

import io.engram.core.recipe.MethodSection;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.ReferenceStates;
import java.util.Objects;

/** The methods by their names in a recipe; a new one is a line here. */
public final class Methods {
  private Methods() {}

  /** The method that a recipe's {@code method} section describes. */
  public static UnlearningMethod of(MethodSection section, Reference reference) {
    double weight = section.forgetWeight();
    return switch (section.name()) {
      case GA -> new GradientAscent(weight);
      case GRAD_DIFF -> new GradDiff(weight);
      case PO -> new PreferenceOptimization(weight);
      case NPO -> new Npo(weight, section.beta(), section.reduction(), reference);
      case SIMNPO -> new SimNpo(weight, section.beta(), section.delta());
      case DPO -> new Dpo(weight, section.beta(), reference);
      case WGA -> new Wga(weight, section.beta());
      case UNDIAL -> new Undial(weight, section.beta(), states(reference));
      case CEU -> new CeU(weight);
      case RMU -> new Rmu(weight, control(reference));
      case NGDIFF -> new NgDiff(weight, section.retainWeight());
      case GRU -> new Gru(weight);
      case FINETUNE -> new Finetune();
    };
  }

  /** Whether a method needs {@link Reference#states}. */
  public static boolean needsStates(MethodSection section) {
    return section.name() == MethodSection.MethodName.UNDIAL;
  }

  private static LayerTargets control(Reference reference) {
    return Objects.requireNonNull(reference.control(), "control vector");
  }

  private static ReferenceStates states(Reference reference) {
    return Objects.requireNonNull(reference.states(), "states of the reference");
  }
}
