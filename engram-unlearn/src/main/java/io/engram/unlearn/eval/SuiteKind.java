package io.engram.unlearn.eval;

import io.engram.core.recipe.EvalSection;
import java.util.List;

/** A kind of suite, and how one is made of it. Each suite has one, registered in Suites. */
public interface SuiteKind {
  /** How recipes call it, before a colon. */
  String name();

  /**
   * The suite as it is set up in a recipe. What can be told to be wrong without a model is told
   * here, so that it's said before anything is measured.
   *
   * @param part what stands after the colon of the name; empty: the whole suite
   * @throws io.engram.core.EngramException naming the key, if it can't be had so
   */
  Suite open(String part, EvalSection settings);

  /**
   * The part that fits what a run forgets, where it names none itself.
   *
   * @param forgetData {@code forget.data} of the recipe
   * @return empty: the whole suite
   */
  default String partFor(List<String> forgetData) {
    return "";
  }
}
