package io.engram.unlearn.train;

import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Drawn;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.RetainTerm;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UnlearningMethod.RefusalUse;
import io.engram.unlearn.method.UpdateSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one update minimises: the method's losses on the drawn forget samples, and the
 * retain term on as many retain samples.
 *
 * @param reference what the method needs of the model at the start
 * @param refusals null where the method has no use for them
 * @param referenceNll S_ref of sequences, asked for where refusals come beside the answers
 * @param retainTerm null where its weight is 0: that forward pass is left out
 * @param retainDraws null with it
 */
record UpdateMaker(
    RunData data,
    SampleTokenizer tokenizer,
    UnlearningMethod method,
    Reference reference,
    @Nullable Refusals refusals,
    Function<List<TokenizedSample>, double[]> referenceNll,
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
      List<Drawn> forget = forget(epoch, draws, firstDraw);
      UpdateSize size = UpdateSize.of(forget.stream().map(Drawn::sample).toList());
      for (Drawn drawn : forget) {
        sequences.add(
            new TrainingSequence(drawn.sequences(), method.objective(drawn, size, reference)));
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

  private List<Drawn> forget(int epoch, int[] draws, int firstDraw) {
    List<TokenizedSample> own =
        Arrays.stream(draws).mapToObj(index -> data.forgetTokens().get(index)).toList();
    if (refusals == null) {
      return own.stream().map(Drawn::new).toList();
    }
    List<TokenizedSample> refused = new ArrayList<>();
    for (int i = 0; i < draws.length; i++) {
      String refusal = refusals.at(epoch, firstDraw + i);
      refused.add(tokenizer.withAnswer(data.forget().get(draws[i]), refusal));
    }
    return method.refusalUse() == RefusalUse.INSTEAD
        ? refused.stream().map(Drawn::new).toList()
        : beside(own, refused);
  }

  private List<Drawn> beside(List<TokenizedSample> own, List<TokenizedSample> refused) {
    double[] nll = referenceNll.apply(refused);
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < nll.length; i++) {
      drawn.add(new Drawn(own.get(i), new Drawn.Refused(refused.get(i), nll[i])));
    }
    return drawn;
  }

  /**
   * What an update minimises.
   *
   * @param sequences forget part, then retain part
   * @param forgotten how many of them are the forget part
   */
  record Update(List<TrainingSequence> sequences, int forgotten) {
    List<TrainingSequence> forget() {
      return sequences.subList(0, forgotten);
    }

    List<TrainingSequence> retain() {
      return sequences.subList(forgotten, sequences.size());
    }
  }
}
