package io.engram.unlearn.method;

import io.engram.core.settings.Setting;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.Objective;
import io.engram.model.train.TrainingScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An unlearning method: what an update minimises on its forget samples, as a record of the method's
 * options. The loop adds the retain term ({@link RetainTerm}); the order chooses the samples.
 *
 * <p>To add a method, write its record with a {@link io.engram.core.settings.Choice} and add a line
 * to {@link Methods}. If it needs more than log-probabilities, override the defaults below.
 */
public interface UnlearningMethod {
  /** w_f. */
  @Setting(
      value = "1",
      range = ">= 0",
      reason =
          "w_f, the weight of the forget loss. Higher forgets faster; 0 skips its forward "
              + "pass.")
  double forgetWeight();

  /** w_r. */
  @Setting(
      value = "1",
      range = ">= 0",
      reason =
          "w_r, the weight of the retain loss. Higher preserves more and forgets more slowly. 0 "
              + "skips its forward pass and is the default of methods published without a retain "
              + "loss.")
  double retainWeight();

  /** The loss that is minimised on the retain set. */
  @Setting(
      value = "nll",
      words = {"nll", "kl"},
      reason =
          "The loss on the retain set. nll: keeps its answers likely; kl: KL(reference || model) "
              + "over its labelled tokens, which keeps the model's whole distribution.")
  RetainLoss retainLoss();

  /**
   * How far the loss on kept samples may rise above its start, nats a token; 0: chosen by the run;
   * null: as far as it likes.
   */
  @Setting(
      auto = true,
      range = "> 0",
      unit = "nats a token",
      reason =
          "How far the loss on samples to keep may rise above its start. It is measured on retain "
              + "samples that are never trained on. From nine tenths of the bound on, the retain weight "
              + "grows and steps are shorter; beyond it, a run doesn't end. auto: a tenth of the loss at "
              + "the start, at least 0.05. null: it may rise as far as it likes.")
  default @Nullable Double retainBound() {
    return null;
  }

  /**
   * The contribution of one drawn forget sample to the update's loss.
   *
   * @param drawn the sample, with a refusal if {@link #refusalUse} asks for one
   * @param size size of the update's forget part: of the sequences {@link Drawn#sample}
   * @param reference what the method needs from the model at the start
   */
  Objective objective(Drawn drawn, UpdateSize size, Reference reference);

  /**
   * By what a sample's own mean loss is multiplied in the update's: {@code w_f · n/N} where the
   * forget loss is a mean over all tokens, {@code w_f/B} where it is one over the samples.
   *
   * @param sample the drawn sequence
   * @param size as in {@link #objective}
   */
  default double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight() * sample.labels() / size.tokens();
  }

  /** Whether it unlearns; false for fine-tuning. */
  default boolean forgets() {
    return true;
  }

  /** How the method uses refusals in an update. */
  default RefusalUse refusalUse() {
    return RefusalUse.NONE;
  }

  /** The refusals to use: the name of a built-in list, or a file; null: the TOFU authors' list. */
  @Setting(
      unit = "path",
      shown = "the built-in TOFU list",
      reason =
          "The refusals that the model should give: a built-in list, tofu (by the TOFU authors), "
              + "copyright or polite, or a file with one per line. Each draw of a sample gets a "
              + "newly chosen one.")
  default @Nullable String refusals() {
    return null;
  }

  /** A file of alternative answers to the forget questions, trained in the refusals' place. */
  default @Nullable String alternatives() {
    return null;
  }

  /** How many alternative answers the model writes for each sample before the run; 0: none. */
  default int sampledAlternatives() {
    return 0;
  }

  /** How forget and retain gradients are combined; null: they are added. */
  default @Nullable GradientRule gradientRule() {
    return null;
  }

  /** After how many updates the learning rate is fitted to the retain loss again; 0: never. */
  default int fitUpdates() {
    return 0;
  }

  /**
   * Whether the method needs {@link Reference#states}, the reference's states on the forget
   * samples.
   */
  default boolean needsStates() {
    return false;
  }

  /**
   * How much a token counts that doesn't belong to its answer's fact, beside 1 for one that does;
   * 0: found from the samples before the first update. Below 1, the method needs {@link
   * Drawn#ofFact}.
   */
  default double otherWords() {
    return 1;
  }

  /** Whether the method needs the reference as a complete model throughout the run. */
  default boolean needsModel() {
    return false;
  }

  /**
   * The target of hidden states, for methods that steer them; null otherwise. The caller closes it.
   *
   * @param model the model at the start
   * @param forget the forget samples
   * @param seed the run's seed
   */
  default @Nullable LayerTargets control(
      LanguageModel model, List<TokenizedSample> forget, long seed) {
    return null;
  }

  /**
   * The layer after which {@link RetainLoss#HIDDEN} compares hidden states.
   *
   * @param layers number of layers in the model
   */
  default int stateLayer(int layers) {
    throw new IllegalStateException("this method has no hidden states to compare");
  }

  /**
   * What to train, given what the recipe asks to train.
   *
   * @param layers number of layers in the model
   */
  default TrainingScope scope(TrainingScope asked, int layers) {
    return asked;
  }

  /** Why a study can't count the updates that a single sample needs; empty if it can. */
  default String studyObstacle() {
    return "";
  }

  /** How a method uses refusals. */
  enum RefusalUse {
    /** Not at all. */
    NONE,
    /** In place of each drawn sample's own answer. */
    INSTEAD,
    /** In a second sequence next to each drawn sample. */
    BESIDE
  }

  /**
   * The size of the forget (or retain) part of one update; losses are means over it.
   *
   * @param sequences number of sequences
   * @param tokens labelled tokens in all of them
   */
  record UpdateSize(int sequences, int tokens) {
    /** The size of these samples taken together. */
    public static UpdateSize of(List<TokenizedSample> samples) {
      return new UpdateSize(
          samples.size(), samples.stream().mapToInt(TokenizedSample::labels).sum());
    }
  }

  /**
   * A drawn forget sample.
   *
   * @param sample the sequence
   * @param refusal the same prompt with a refusal or an alternative answer; null if the method does
   *     not use one
   * @param ofFact which labelled tokens belong to the fact in the answer, {@code [n]}; null if
   *     {@link #otherWords} is 1, or the sample has no question
   */
  record Drawn(TokenizedSample sample, @Nullable Refused refusal, boolean @Nullable [] ofFact) {
    /**
     * A refusal, or an alternative answer, and its likelihood under the reference.
     *
     * @param sample prompt and refusal
     * @param referenceNll S_ref = −Σ_t ℓ_t of the refusal under the reference, nats; NaN unless the
     *     method {@link #needsModel}
     */
    public record Refused(TokenizedSample sample, double referenceNll) {}

    /** Without a refusal, and with no fact known. */
    public Drawn(TokenizedSample sample) {
      this(sample, null, null);
    }

    /** The refusal, for a method that declared that it uses one. */
    Refused refusalOrThrow() {
      if (refusal == null) {
        throw new IllegalArgumentException("no refusal given for sample " + sample.id());
      }
      return refusal;
    }

    /** Its sequences, the sample first. */
    public List<TokenizedSample> sequences() {
      return refusal == null ? List.of(sample) : List.of(sample, refusal.sample());
    }
  }

  /** The loss that is minimised on the retain set. */
  enum RetainLoss {
    /** Mean −log p over labelled tokens. */
    NLL,
    /** KL(reference ‖ model), mean over labelled tokens. */
    KL,
    /** Squared distance to the reference's hidden states; {@link Rmu} only. */
    HIDDEN
  }
}
