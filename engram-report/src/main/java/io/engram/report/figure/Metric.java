package io.engram.report.figure;

import java.util.List;

/**
 * A measure of the paper's Table 1 and what it means, in the order of that table. Higher is better
 * for all of them.
 *
 * <p><b>Source:</b> §4.1 Evaluation Metrics.
 *
 * @param id as in {@code measurements.jsonl}
 * @param shortName short enough for the side of a picture on a phone
 * @param encoded whether a sentence encoder judges it
 */
public record Metric(String id, String shortName, String meaning, boolean encoded) {
  /** How much of what is to be forgotten a model still completes token by token. */
  public static final Metric MEMORIZATION =
      new Metric(
          "knowledge.forget.exact_memorization",
          "EM",
          "Exact memorization: share of the answers' tokens that are the model's first choice",
          false);

  /** How much of an answer comes out once it is begun. */
  public static final Metric EXTRACTION =
      new Metric(
          "knowledge.forget.extraction_strength",
          "ES",
          "Extraction strength: share of an answer that the model completes by itself",
          false);

  /** Unlearning completeness: how much of the forget set is gone. */
  public static final Metric COMPLETENESS =
      new Metric(
          "tofu.unlearning_completeness",
          "UC (mean)",
          "Unlearning completeness: mean of UA, MIA and RR",
          true);

  /** Model utility: how much of everything else is still there. */
  public static final Metric UTILITY =
      new Metric(
          "tofu.model_utility_mean", "UT (mean)", "Model utility: mean of the six below", true);

  /** UC and its parts. */
  public static final List<Metric> FORGOTTEN =
      List.of(
          COMPLETENESS,
          new Metric(
              "tofu.forget.unlearning_accuracy",
              "UA",
              "Unlearning accuracy: share of forget questions no longer answered nearest the truth",
              true),
          new Metric(
              "tofu.forget.mia_auc",
              "MIA",
              "Membership inference AUC: 0.5 cannot tell, 1 the forget texts look never seen",
              false),
          new Metric(
              "tofu.forget.rouge_l_recall_complement",
              "RR",
              "1 − ROUGE-L recall of the true answers of the forget set",
              false));

  /** UT and its parts. */
  public static final List<Metric> KEPT =
      List.of(
          UTILITY,
          new Metric(
              "tofu.retain.accuracy",
              "Retain acc.",
              "Retain set: share of questions answered nearest the truth",
              true),
          new Metric(
              "tofu.retain.rouge_l_recall",
              "Retain RR",
              "Retain set: ROUGE-L recall of the true answers",
              false),
          new Metric(
              "tofu.real_authors.accuracy",
              "Authors acc.",
              "Real authors: share of answers that contain the true one",
              false),
          new Metric(
              "tofu.real_authors.rouge_l_recall",
              "Authors RR",
              "Real authors: ROUGE-L recall of the true answers",
              false),
          new Metric(
              "tofu.world_facts.accuracy",
              "Facts acc.",
              "World facts: share of answers that contain the true one",
              false),
          new Metric(
              "tofu.world_facts.rouge_l_recall",
              "Facts RR",
              "World facts: ROUGE-L recall of the true answers",
              false));

  /** The parts of a mean, or none. */
  List<Metric> parts() {
    if (equals(COMPLETENESS)) {
      return FORGOTTEN.subList(1, FORGOTTEN.size());
    }
    return equals(UTILITY) ? KEPT.subList(1, KEPT.size()) : List.of();
  }
}
