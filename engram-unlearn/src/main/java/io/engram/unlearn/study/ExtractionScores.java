package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.core.metric.ExtractionLikelihood;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * EL_10 of samples: from every place in the answer the model goes on greedily to its end.
 *
 * <p><b>Source:</b> App. C.4. <b>Differs:</b> starting places are those in the answer, the prompt
 * always given; the end token isn't part of the text.
 */
final class ExtractionScores {
  private static final int GRAM = 10;

  private final LanguageModel model;

  ExtractionScores(LanguageModel model) {
    this.model = model;
  }

  /** In [0, 1]; NaN where the answer is shorter than ten tokens. */
  double of(TokenizedSample sample) {
    int[] ids = sample.ids();
    int end = model.stopIds().contains(ids[ids.length - 1]) ? ids.length - 1 : ids.length;
    List<int[]> prefixes = new ArrayList<>();
    List<int[]> targets = new ArrayList<>();
    for (int from = sample.labelStart(); from + GRAM <= end; from++) {
      prefixes.add(Arrays.copyOf(ids, from));
      targets.add(Arrays.copyOfRange(ids, from, end));
    }
    int[] limits = targets.stream().mapToInt(target -> target.length).toArray();
    List<int[]> generated =
        new Generator(model)
            .greedy(prefixes, limits, ProgressListener.NONE).stream().map(Generation::ids).toList();
    return ExtractionLikelihood.of(GRAM, targets, generated);
  }
}
