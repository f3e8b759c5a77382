package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.eval.SentenceEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the model knows a sample, by meaning: right if its answer to the paraphrased question is
 * at least as near to the paraphrased answer as to each of the perturbed, wrong ones. How the
 * forget and the retain set are judged.
 *
 * <p><b>Source:</b> the evaluator behind Table 1 (WAGLE, {@code src/metrics/Tofu.py}).
 * <b>Differs:</b> an empty output is wrong; there its vector is compared all the same.
 */
final class ParaphraseJudge {
  /**
   * What was found.
   *
   * @param closest the nearest candidate; null where there was no output
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
   * Judges all rows of a set.
   *
   * @param outputs what the model answered, by question
   * @param where what the rows are called if one lacks its paraphrase
   */
  List<Verdict> judge(List<TofuRow> rows, Map<String, String> outputs, String where) {
    List<String> texts = new ArrayList<>();
    for (TofuRow row : rows) {
      texts.addAll(candidates(row, where));
      texts.add(output(row, outputs, where));
    }
    List<String> encoded = texts.stream().filter(text -> !text.isBlank()).distinct().toList();
    List<float[]> vectors = encoder.encode(encoded);
    Map<String, float[]> byText = new java.util.HashMap<>();
    for (int i = 0; i < encoded.size(); i++) {
      byText.put(encoded.get(i), vectors.get(i));
    }
    return rows.stream()
        .map(row -> verdict(candidates(row, where), output(row, outputs, where), byText))
        .toList();
  }

  private static Verdict verdict(
      List<String> candidates, String output, Map<String, float[]> vectors) {
    float[] vector = vectors.get(output);
    if (vector == null) {
      return new Verdict(false, null);
    }
    List<float[]> others =
        candidates.stream().map(c -> java.util.Objects.requireNonNull(vectors.get(c))).toList();
    int closest = ClosestAnswer.of(vector, others);
    return new Verdict(closest == 0, candidates.get(closest));
  }

  private static String output(TofuRow row, Map<String, String> outputs, String where) {
    return outputs.getOrDefault(required(row, row.paraphrasedQuestion(), where), "");
  }

  /** The right one first. */
  private static List<String> candidates(TofuRow row, String where) {
    List<String> candidates = new ArrayList<>();
    candidates.add(required(row, row.paraphrasedAnswer(), where));
    candidates.addAll(row.perturbedAnswers());
    return candidates;
  }

  static String required(TofuRow row, @Nullable String field, String where) {
    if (field == null || field.isBlank() || row.perturbedAnswers().isEmpty()) {
      throw EngramException.file(
          where
              + " row "
              + row.id()
              + " lacks paraphrased_question, paraphrased_answer or perturbed_answer");
    }
    return field;
  }
}
