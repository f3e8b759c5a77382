package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UnlearningMethod.Drawn;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds the sequences of a study's update: the method's forget loss, without a retain term. */
final class ForgetSequences {
  private final UnlearningMethod method;
  private final Reference reference;

  /** For these samples. The method's reference is the current model. */
  ForgetSequences(UnlearningMethod method, LanguageModel model, List<TokenizedSample> samples) {
    Map<String, Double> nll = new LinkedHashMap<>();
    List<double[]> logProbs = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    for (int i = 0; i < samples.size(); i++) {
      nll.put(samples.get(i).id(), -Arrays.stream(logProbs.get(i)).sum());
    }
    this.method = method;
    this.reference = Reference.ofNll(nll);
  }

  /** The sequences of an update on these samples. */
  List<TrainingSequence> of(List<TokenizedSample> samples) {
    UpdateSize size = UpdateSize.of(samples);
    return samples.stream()
        .map(s -> new TrainingSequence(s, method.objective(new Drawn(s), size, reference)))
        .toList();
  }
}
