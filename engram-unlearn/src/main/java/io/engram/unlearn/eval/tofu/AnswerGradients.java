package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.score.OutOfMemoryRetry;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.TensorNorms;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Gradient norms of the first rows of a set; they cost a pass forward and back for each row. */
final class AnswerGradients {
  /** Of each set. The standard error of an AUC of 100 against 100 is at most 0.05. */
  static final int MOST = 100;

  private AnswerGradients() {}

  /**
   * Whether there is memory for a gradient of every weight, and for a float32 copy of weights that
   * are kept in fewer bits. What a graphics card has isn't known here; there it shows.
   */
  static boolean fit(LanguageModel model) {
    long perNumber = model.dtype() == Dtype.FLOAT32 ? Float.BYTES : 2L * Float.BYTES;
    OptionalLong free = AvailableMemory.here();
    return !model.options().device().isCpu()
        || free.isEmpty()
        || model.decoder().parameters().count() * perNumber < free.getAsLong();
  }

  /**
   * The norms, of answers without their end token.
   *
   * @return of the first so many rows; NaN of an answer that has no other token
   * @throws EngramException of kind RESOURCES if memory doesn't suffice
   */
  static double[] of(
      LanguageModel model, TofuSet set, ScoredPairs pairs, ProgressListener progress) {
    List<TokenizedSample> answers =
        set.rows().stream()
            .limit(MOST)
            .map(row -> ScoredPairs.withoutEnd(pairs.of(TofuSet.answer(row)).tokens()))
            .toList();
    List<TokenizedSample> labelled = answers.stream().filter(a -> a.labels() > 0).toList();
    progress.start("Gradient norms, " + set.name() + " set", labelled.size(), "answers");
    TensorNorms norms = new TensorNorms(model);
    double[] found = new double[answers.size()];
    Arrays.setAll(found, i -> norm(model, norms, answers.get(i), progress));
    progress.finish();
    return found;
  }

  private static double norm(
      LanguageModel model, TensorNorms norms, TokenizedSample answer, ProgressListener progress) {
    if (answer.labels() == 0) {
      return Double.NaN;
    }
    List<TokenizedSample> alone = List.of(answer);
    return new OutOfMemoryRetry(model.options().batchTokens())
        .run(alone, tokens -> norms.of(alone, progress)[0]);
  }
}
