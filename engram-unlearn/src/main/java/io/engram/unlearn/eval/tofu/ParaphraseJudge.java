package io.engram.unlearn.eval.tofu;

import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.eval.judge.SentenceEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether the model knows a sample, by meaning: right if its answer to the paraphrased question is
 * at least as near to the paraphrased answer as to each of the perturbed, wrong ones. Nearness is
 * the cosine of their vectors. It judges the forget and the retain set.
 *
 * <p><b>Source:</b> the evaluator behind Table 1 (WAGLE, {@code src/metrics/Tofu.py}).
 * <b>Differs:</b> an empty output is wrong; WAGLE compares its vector all the same.
 */
final class ParaphraseJudge {
  /**
   * A judgement.
   *
   * @param closest the nearest candidate; null if there was no output
   */
  record Verdict(boolean correct, @Nullable String closest) {}

  private final SentenceEncoder encoder;

  ParaphraseJudge(SentenceEncoder encoder) {
    this.encoder = encoder;
  }

  String name() {
    return encoder.name();
  }

  /**
   * Judges all rows of a set of sentences.
   *
   * @param outputs what the model answered, by question
   */
  List<Verdict> judge(TofuSet set, Map<String, String> outputs) {
    List<String> texts = new ArrayList<>();
    for (TofuRow row : set.rows()) {
      texts.addAll(candidates(set, row));
      texts.add(output(set, row, outputs));
    }
    List<String> encoded = texts.stream().filter(text -> !text.isBlank()).distinct().toList();
    List<float[]> vectors = encoder.encode(encoded);
    Map<String, float[]> byText = new HashMap<>();
    for (int i = 0; i < encoded.size(); i++) {
      byText.put(encoded.get(i), vectors.get(i));
    }
    return set.rows().stream()
        .map(row -> verdict(candidates(set, row), output(set, row, outputs), byText))
        .toList();
  }

  private static Verdict verdict(
      List<String> candidates, String output, Map<String, float[]> vectors) {
    float[] vector = vectors.get(output);
    if (vector == null) {
      return new Verdict(false, null);
    }
    List<float[]> others =
        candidates.stream().map(c -> Objects.requireNonNull(vectors.get(c))).toList();
    int closest = closest(vector, others);
    return new Verdict(closest == 0, candidates.get(closest));
  }

  private static String output(TofuSet set, TofuRow row, Map<String, String> outputs) {
    return outputs.getOrDefault(set.paraphrasedQuestion(row), "");
  }

  /** The right one first. */
  private static List<String> candidates(TofuSet set, TofuRow row) {
    List<String> candidates = new ArrayList<>();
    candidates.add(set.right(row, row.question()).answer());
    candidates.addAll(row.perturbedAnswers());
    return candidates;
  }

  /**
   * {@code argmax_c cos(output, candidate_c)}: the first of equal ones, so that a tie counts as
   * right if the right answer is first.
   *
   * @param candidates at least one
   * @return its index
   */
  static int closest(float[] output, List<float[]> candidates) {
    int best = 0;
    double nearest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < candidates.size(); c++) {
      double cosine = cosine(output, candidates.get(c));
      if (cosine > nearest) {
        nearest = cosine;
        best = c;
      }
    }
    return best;
  }

  /** {@code a·b / (‖a‖ ‖b‖)}, in [-1, 1]; 0 if a vector is 0. */
  static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    double norms = Math.sqrt(squaresA) * Math.sqrt(squaresB);
    return norms == 0 ? 0 : product / norms;
  }
}
