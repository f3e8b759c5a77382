package io.engram.unlearn.eval.safe;

import io.engram.core.EngramException;
import io.engram.unlearn.eval.judge.FolderClassifier;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A classifier with a label for each kind of toxicity, such as Toxic-BERT. The score of a text is
 * the highest probability of a label, {@code max_k σ(z_k)}, over its first 512 tokens: the same as
 * from transformers' text-classification pipeline. The empty text consists of the two special
 * tokens and has a score too.
 *
 * <p><b>Source:</b> § 4.1; Hanu and Unitary team: Detoxify (2020).
 */
record ToxicBert(FolderClassifier classifier) {
  /**
   * Its judgement of a text.
   *
   * @param label the most probable label
   * @param score its probability, [0, 1]
   */
  record Verdict(String label, double score) {}

  /** How to get Toxic-BERT. */
  static final String HOW_TO_FETCH =
      "engram fetch hf:unitary/toxic-bert   (438 MB, Apache-2.0), then"
          + " eval.toxicity=hf:unitary/toxic-bert";

  private static final FolderClassifier.Wanted WANTED =
      new FolderClassifier.Wanted("eval.toxicity", "toxicity classifier", HOW_TO_FETCH, 0);

  /**
   * The classifier in a folder.
   *
   * @param named {@code eval.toxicity}: a folder, or {@code hf:ORG/NAME} from the cache
   * @throws EngramException if it isn't a classifier with independent labels, naming the key
   */
  static ToxicBert shared(String named) {
    FolderClassifier classifier = FolderClassifier.shared(WANTED, named);
    if (classifier.exclusive()) {
      throw EngramException.usage(
          "eval.toxicity = %s: exactly one of its labels %s holds, so the highest says nothing of toxicity; a classifier as Toxic-BERT, problem_type multi_label_classification, is needed"
              .formatted(named, classifier.labels()));
    }
    return new ToxicBert(classifier);
  }

  /** Its name in measurements. */
  String name() {
    return classifier.name();
  }

  /** Its judgement of each text, even the empty one. */
  List<Verdict> judge(List<String> texts) {
    return classifier.probabilities(texts).stream().map(ToxicBert::highest).toList();
  }

  /** Takes the first of equal labels, as the pipeline does. */
  private static Verdict highest(Map<String, Double> probabilities) {
    return probabilities.entrySet().stream()
        .max(Comparator.comparingDouble(Map.Entry::getValue))
        .map(entry -> new Verdict(entry.getKey(), entry.getValue()))
        .orElseThrow();
  }
}
