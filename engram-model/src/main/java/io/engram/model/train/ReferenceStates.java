package io.engram.model.train;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LmHead;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * What KL(reference ‖ model) needs from the reference: the hidden states of the labelled rows,
 * {@code [n, C]} per sample, and a copy of its head. A state is V/C times smaller than its logits,
 * and the reference model itself needn't stay in memory.
 */
public final class ReferenceStates implements AutoCloseable {
  private final Map<String, Tensor> states = new LinkedHashMap<>();
  private final LmHead head;

  private ReferenceStates(LmHead head) {
    this.head = head;
  }

  /** Computes these samples' states under the model as it is now. */
  public static ReferenceStates compute(
      LanguageModel model, List<TokenizedSample> samples, ProgressListener progress) {
    Decoder decoder = model.decoder();
    ReferenceStates reference;
    try (PointerScope scope = new PointerScope()) {
      LmHead head = decoder.lmHead();
      Tensor copy = Tensors.keep(head.weight().detach().clone());
      reference = new ReferenceStates(new LmHead(copy, head.softCap()));
    }
    for (int[] group : LabelledBatch.groups(samples, model.options().batchTokens())) {
      LabelledBatch batch =
          LabelledBatch.of(Arrays.stream(group).mapToObj(samples::get).toList(), model.decoder());
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor hidden = decoder.hiddenWithoutGradient(batch.batch(), batch.rows());
        for (int i = 0; i < group.length; i++) {
          int from = batch.offsets()[i];
          Tensor own = hidden.narrow(0, from, batch.offsets()[i + 1] - from).clone();
          Tensor old = reference.states.put(samples.get(group[i]).id(), Tensors.keep(own));
          if (old != null) {
            Tensors.release(old);
          }
        }
      }
      progress.advance(group.length);
    }
    return reference;
  }

  /** States of this sample's labelled rows, {@code [n, C]}; borrowed. */
  Tensor hidden(String id) {
    Tensor state = states.get(id);
    if (state == null) {
      throw new IllegalArgumentException("no reference states of sample " + id);
    }
    return state;
  }

  /** The reference's head; borrowed. */
  LmHead lmHead() {
    return head;
  }

  @Override
  public void close() {
    states.values().forEach(Tensors::release);
    states.clear();
    Tensors.release(head.weight());
  }
}
