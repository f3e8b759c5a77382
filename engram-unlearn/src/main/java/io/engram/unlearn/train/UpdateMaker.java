package io.engram.unlearn.train;

import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.RetainTerm;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UpdateSize;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one update minimises: the method's losses on the drawn forget samples, and the
 * retain term on as many retain samples.
 *
 * @param refusals used where the method replaces answers
 * @param retainTerm null where its weight is 0: that forward pass is left out
 * @param retainDraws null with it
 */
record UpdateMaker(
    RunData data,
    SampleTokenizer tokenizer,
    UnlearningMethod method,
    @Nullable Refusals refusals,
    @Nullable RetainTerm retainTerm,
    @Nullable RetainDraws retainDraws,
    boolean forgets) {
  /**
   * The sequences of an update, forget part first.
   *
   * @param draws indices of forget samples
   * @param firstDraw number of the first of them within the epoch
   */
  Update make(int epoch, int[] draws, int firstDraw) {
    List<TrainingSequence> sequences = new ArrayList<>();
    int forgotten = 0;
    if (forgets) {
      List<TokenizedSample> forget = forgetSamples(epoch, draws, firstDraw);
      UpdateSize size = UpdateSize.of(forget);
      for (TokenizedSample sample : forget) {
        sequences.add(
            new TrainingSequence(sample, new Objective.OfLogProbs(method.forget(sample, size))));
      }
      forgotten = forget.size();
    }
    if (retainTerm != null && retainDraws != null) {
      List<TokenizedSample> retain = new ArrayList<>();
      for (int i = 0; i < draws.length; i++) {
        retain.add(data.retainTokens().get(retainDraws.at(epoch, firstDraw + i)));
      }
      UpdateSize size = UpdateSize.of(retain);
      for (TokenizedSample sample : retain) {
        sequences.add(new TrainingSequence(sample, retainTerm.of(sample, size)));
      }
    }
    return new Update(sequences, forgotten);
  }

  private List<TokenizedSample> forgetSamples(int epoch, int[] draws, int firstDraw) {
    List<TokenizedSample> samples = new ArrayList<>();
    for (int i = 0; i < draws.length; i++) {
      samples.add(
          refusals != null && method.replacesAnswers()
              ? tokenizer.withAnswer(data.forget().get(draws[i]), refusals.at(epoch, firstDraw + i))
              : data.forgetTokens().get(draws[i]));
    }
    return samples;
  }

  /**
   * What an update minimises.
   *
   * @param sequences forget part, then retain part
   * @param forgotten how many of them are the forget part
   */
  record Update(List<TrainingSequence> sequences, int forgotten) {}
}
