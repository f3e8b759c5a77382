package io.engram.unlearn.method;

import io.engram.core.settings.Choices;
import io.engram.core.settings.Faults;
import io.engram.core.settings.Setting;
import io.engram.model.LanguageModel;
import io.engram.model.train.GradientRule;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.Objective;
import io.engram.model.train.TrainingScope;
import org.jspecify.annotations.Nullable;

/**
 * What is minimised on the forget samples of an update, as a record of the method's options. The
 * loop adds the retain term ({@link RetainTerm}); which samples come when is the order's business.
 *
 * <p>A method is its record with a {@link io.engram.core.settings.Choice} and a line in {@link
 * Methods}. What it needs besides log-probabilities it says by overriding the defaults here.
 */
public interface UnlearningMethod {
  /** w_f. */
  @Setting(
      value = "1",
      range = ">= 0",
      reason = "w_f, the weight of the forget loss. 0 leaves its forward pass out.")
  double forgetWeight();

  /** w_r. */
  @Setting(
      value = "1",
      range = ">= 0",
      reason =
          "w_r, the weight of the retain loss. Higher keeps more and forgets slower; 0 leaves its"
              + " forward pass out, and is the default of methods published without a retain loss.")
  double retainWeight();

  /** What is minimised on the retain set. */
  @Setting(
      value = "nll",
      words = {"nll", "kl"},
      reason =
          "What keeps the retain set: nll, its answers stay likely; kl, KL(reference || model) over"
              + " its labelled tokens: the whole distribution stays.")
  RetainLoss retainLoss();

  /**
   * One drawn forget sample's part of the update's loss.
   *
   * @param drawn with what {@link #refusalUse} asks for
   * @param size of the update's forget part: of the sequences {@link Drawn#sample}
   * @param reference the model at the start, as far as the method needs it
   */
  Objective objective(Drawn drawn, UpdateSize size, Reference reference);

  /** Whether it forgets; descent on the training data doesn't. */
  default boolean forgets() {
    return true;
  }

  /** How refusals enter an update. */
  default RefusalUse refusalUse() {
    return RefusalUse.NONE;
  }

  /** Which refusals: a list that comes with Engram or a file; null: the TOFU authors'. */
  @Setting(
      unit = "path",
      shown = "the built-in TOFU list",
      reason =
          "The refusals: a list that comes with Engram, tofu (the TOFU authors'), copyright or"
              + " polite, or a file with one a line. A new one is drawn each time a sample is"
              + " drawn.")
  default @Nullable String refusals() {
    return null;
  }

  /** How forget and retain gradient become one; null: they are added. */
  default @Nullable GradientRule gradientRule() {
    return null;
  }

  /** The learning rate is fitted to the retain loss every so many updates; 0: never. */
  default int fitUpdates() {
    return 0;
  }

  /** Whether {@link Reference#states} is needed: the reference's states on the forget samples. */
  default boolean needsStates() {
    return false;
  }

  /** Whether the reference is needed as a whole model throughout the run. */
  default boolean needsModel() {
    return false;
  }

  /**
   * Where hidden states are led to, if the method leads them anywhere; the caller closes it.
   *
   * @param model at the start
   * @param seed the run's
   */
  default @Nullable LayerTargets control(LanguageModel model, long seed) {
    return null;
  }

  /**
   * The layer after which {@link RetainLoss#HIDDEN} compares hidden states.
   *
   * @param layers the model has
   */
  default int stateLayer(int layers) {
    throw new IllegalStateException("this method has no hidden states to compare");
  }

  /**
   * What is trained of what the recipe asks to train.
   *
   * @param layers the model has
   */
  default TrainingScope scope(TrainingScope asked, int layers) {
    return asked;
  }

  /** Why a study can't count the updates that a sample alone needs; empty: it can. */
  default String studyObstacle() {
    return "";
  }

  /** How refusals enter. */
  enum RefusalUse {
    /** Not at all. */
    NONE,
    /** As the answer of each drawn sample, in its own answer's place. */
    INSTEAD,
    /** As a second sequence beside each drawn sample. */
    BESIDE
  }

  /** Reports a weight of 0 where the method joins both gradients. */
  static void requireBothGradients(UnlearningMethod method, String section, Faults faults) {
    faults.require(
        method.forgetWeight() > 0 && method.retainWeight() > 0,
        section + ".retain_weight",
        " = %s and %s.forget_weight = %s: %s.name = %s needs both gradients"
            .formatted(
                method.retainWeight(),
                section,
                method.forgetWeight(),
                section,
                Choices.nameOf(method)),
        section + ".forget_weight");
  }
}
