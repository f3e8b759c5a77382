package io.engram.unlearn.method;

import io.engram.core.recipe.MethodSection;
import java.util.Map;

/** The methods by their names in a recipe; a new one is a line here. */
public final class Methods {
  private Methods() {}

  /**
   * The method that a recipe's {@code method} section describes.
   *
   * @param reference −Σ_t ℓ_t of each forget sample under the model at the start, by its id
   */
  public static UnlearningMethod of(MethodSection section, Map<String, Double> reference) {
    double weight = section.forgetWeight();
    return switch (section.name()) {
      case GA -> new GradientAscent(weight);
      case GRAD_DIFF -> new GradDiff(weight);
      case PO -> new PreferenceOptimization(weight);
      case NPO -> new Npo(weight, section.beta(), section.reduction(), reference);
      case FINETUNE -> new Finetune();
    };
  }
}
