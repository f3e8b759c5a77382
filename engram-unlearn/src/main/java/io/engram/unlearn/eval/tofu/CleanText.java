package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.unlearn.eval.judge.FolderClassifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether answers are text or gibberish: the probability of a classifier's first class, {@code
 * softmax(z)_0} over a text's first 32 tokens. That class is "clean" in the classifier that
 * open-unlearning uses, autonlp-Gibberish-Detector-492513457. The empty text has a score too.
 *
 * <p><b>Source:</b> Dorna et al.: OpenUnlearning (2025), the metric {@code classifier_prob}.
 */
record CleanText(FolderClassifier classifier) {
  /** How to get the classifier. */
  static final String HOW_TO_FETCH =
      "engram fetch hf:madhurjindal/autonlp-Gibberish-Detector-492513457, then"
          + " eval.gibberish=hf:madhurjindal/autonlp-Gibberish-Detector-492513457";

  private static final int MOST_TOKENS = 32;
  private static final FolderClassifier.Wanted WANTED =
      new FolderClassifier.Wanted(
          "eval.gibberish", "classifier of texts", HOW_TO_FETCH, MOST_TOKENS);

  /**
   * The classifier that {@code eval.gibberish} names.
   *
   * @return null if none is named
   * @throws EngramException if it isn't a classifier with exclusive classes, naming the key
   */
  static @Nullable CleanText named(@Nullable String named) {
    if (named == null) {
      return null;
    }
    FolderClassifier classifier = FolderClassifier.shared(WANTED, named);
    if (!classifier.exclusive()) {
      throw EngramException.usage(
          "eval.gibberish = %s: each of its labels %s may hold beside others, so the first isn't one class among several\n%s"
              .formatted(named, classifier.labels(), HOW_TO_FETCH));
    }
    return new CleanText(classifier);
  }

  /** The classifier, and which of its classes counts as clean. */
  String name() {
    return "%s, class %s".formatted(classifier.name(), clean());
  }

  /** By text; each in [0, 1]. */
  Map<String, Double> probabilities(List<String> texts) {
    List<String> distinct = new ArrayList<>(new LinkedHashSet<>(texts));
    List<Map<String, Double>> found = classifier.probabilities(distinct);
    Map<String, Double> clean = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      clean.put(distinct.get(i), Objects.requireNonNull(found.get(i).get(clean())));
    }
    return clean;
  }

  private String clean() {
    return classifier.labels().get(0);
  }
}
