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
import io.engram.unlearn.run.UnlearningLoop;
import java.util.List;
import java.util.stream.IntStream;

/** Builds the sequences of a study's update: the method's forget loss, without a retain term. */
final class ForgetSequences {
  private final UnlearningMethod method;
  private final Reference reference;

  /** For these samples. The method's reference is the current model. */
  ForgetSequences(UnlearningMethod method, LanguageModel model, List<TokenizedSample> samples) {
    List<double[]> logProbs = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    this.method = method;
    this.reference = Reference.ofLogProbs(samples, logProbs);
  }

  /** The sequences of an update on these samples. */
  List<TrainingSequence> of(List<TokenizedSample> samples) {
    UpdateSize size = UpdateSize.of(samples);
    return samples.stream()
        .map(s -> new TrainingSequence(s, method.objective(new Drawn(s), size, reference)))
        .toList();
  }

  /** A study's run on these samples. It draws from all of them, forgotten or not. */
  interface StudyCourse extends UnlearningLoop.Course {
    /** The samples that are unlearned. */
    List<TokenizedSample> samples();

    @Override
    default int[] pool() {
      return IntStream.range(0, samples().size()).toArray();
    }
  }
}
