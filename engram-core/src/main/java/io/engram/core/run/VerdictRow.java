package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.engram.core.metric.FactRecall;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code verdicts.jsonl}: whether a request is forgotten.
 *
 * @param id the request's id
 * @param verdict {@link #FORGOTTEN}, {@link #KNOWN}, {@link #NOT_KNOWN_BEFORE} or {@link
 *     #UNDECIDED}; after an audit also {@link #HIDDEN} or {@link #OVER_FORGOTTEN}
 * @param knownBefore {@code known}, {@code not_known} or {@code undecided}
 * @param aboveBefore measures that were above the range of samples never seen
 * @param above measures that are above it now
 * @param before how well the model knew it
 * @param after how well it knows it now
 * @param limits the upper ends of the range
 * @param updatesForecast updates that the plan gave it; null: more than the budget, or no plan
 * @param forgottenAtUpdate updates after which the run found it forgotten; null: it didn't
 * @param answeredForOthers whether the model answers the same of someone else: the answer follows
 *     from the question's form, and is not knowledge of this request; null if not asked
 * @param attack the attack under which it is known best; null if under none, or without an audit
 * @param attackAbove measures that are above the range under it
 * @param attackValues what the attack measured
 * @param attackLimits the upper ends of the range under the same attack
 */
public record VerdictRow(
    String id,
    String verdict,
    String knownBefore,
    List<String> aboveBefore,
    List<String> above,
    Values before,
    Values after,
    Values limits,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double updatesForecast,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer forgottenAtUpdate,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean answeredForOthers,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String attack,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> attackAbove,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SortedMap<String, Double> attackValues,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SortedMap<String, Double> attackLimits) {
  /** The file's name in a run folder. */
  public static final String FILE = "verdicts.jsonl";

  /** It was known, and is known no better than a sample that was never seen. */
  public static final String FORGOTTEN = "forgotten";

  /** It is still known. */
  public static final String KNOWN = "known";

  /** The model didn't know it to begin with. */
  public static final String NOT_KNOWN_BEFORE = "not_known_before";

  /** The measures disagree, or there are too few controls to judge by. */
  public static final String UNDECIDED = "undecided";

  /** It isn't known, but it is after an attack: the knowledge is hidden. */
  public static final String HIDDEN = "hidden";

  /** It is forgotten, and so far below samples never seen that the deletion itself shows. */
  public static final String OVER_FORGOTTEN = "over_forgotten";

  /** Copies the lists. */
  public VerdictRow {
    aboveBefore = List.copyOf(aboveBefore);
    above = List.copyOf(above);
    attackAbove = attackAbove == null ? null : List.copyOf(attackAbove);
  }

  /** A verdict without an audit. */
  public VerdictRow(
      String id,
      String verdict,
      String knownBefore,
      List<String> aboveBefore,
      List<String> above,
      Values before,
      Values after,
      Values limits,
      @Nullable Double updatesForecast,
      @Nullable Integer forgottenAtUpdate,
      @Nullable Boolean answeredForOthers) {
    this(
        id,
        verdict,
        knownBefore,
        aboveBefore,
        above,
        before,
        after,
        limits,
        updatesForecast,
        forgottenAtUpdate,
        answeredForOthers,
        null,
        null,
        null,
        null);
  }

  /** Whether it was known before, and is known still or hidden. */
  @JsonIgnore
  public boolean isLeft() {
    return knownBefore.equals(KNOWN) && (verdict.equals(KNOWN) || verdict.equals(HIDDEN));
  }

  /** Whether nothing but the model's own answer shows that it is still known. */
  @JsonIgnore
  public boolean isOnlyTold() {
    return verdict.equals(KNOWN) && above.equals(List.of(FactRecall.NAME));
  }

  /**
   * How well a model knows a sample; larger is better known.
   *
   * @param logProb mean log-probability of an answer's token, nats
   * @param exactMemorization share of its tokens that are the model's first choice
   * @param extractionStrength extraction strength
   * @param answerRecall ROUGE-L recall of the model's own answer; null without a question. Decides
   *     nothing: it counts the question's words too
   * @param factRecall how much of the fact that answer gives away, see {@link FactRecall}; null
   *     without a question, or if the question holds it
   * @param answer the model's own answer; null without a question, or where it isn't kept
   */
  public record Values(
      double logProb,
      double exactMemorization,
      double extractionStrength,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double answerRecall,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double factRecall,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String answer) {}
}
