package io.engram.model.train;

import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Groups;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LayerwisePass;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * One pass of sequences: forward, and backward if the gradient is wanted. Borrows the model and the
 * trained weights.
 *
 * @param checkpointed whether layers are computed again for their gradients instead of keeping all
 *     their activations
 */
record TrainingPass(Decoder decoder, TrainedWeights trained, boolean checkpointed) {
  /**
   * Adds the gradient of the sequences' summed losses to the trained weights'.
   *
   * @param sequences those of one pass
   * @param done told what is complete while the rest is still computed
   * @return each sequence's loss, in the order given
   */
  double[] gradient(List<TrainingSequence> sequences, IntConsumer done) {
    LabelledBatch batch = TrainingSequence.batch(sequences, decoder);
    double[] losses = new double[sequences.size()];
    Tensor ofEmbedding = trained.embeddingGradient();
    try (PointerScope scope = new PointerScope()) {
      Tensor embedded;
      try (AutoGradMode off = new AutoGradMode(false)) {
        embedded = decoder.embed(batch.batch().ids());
      }
      try (LayerwisePass pass =
          new LayerwisePass(
              decoder,
              batch.batch(),
              embedded,
              Tensors.ofInts(batch.rows(), decoder.device()),
              sequences.get(0).objective().layer(),
              new LayerwisePass.Trained(trained.lowestLayer(), ofEmbedding != null),
              checkpointed)) {
        Tensor gradient;
        try (AutoGradMode off = new AutoGradMode(false)) {
          gradient = slope(sequences, batch, pass.hidden(), trained.headGradient(), losses);
        }
        done.accept(decoder.config().layers());
        Tensor ofEmbedded = pass.backward(gradient, done);
        if (ofEmbedding != null && ofEmbedded != null) {
          Tensor ids = Tensors.ofInts(batch.batch().ids(), decoder.device());
          ofEmbedding.index_add_(0, ids, ofEmbedded);
        }
      }
    }
    return losses;
  }

  private Tensor hidden(OptionalInt layer, LabelledBatch batch, Tensor embedded) {
    Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
    return layer.isPresent()
        ? decoder.hiddenAfter(layer.getAsInt(), batch.batch(), embedded, rows)
        : decoder.hidden(batch.batch(), embedded, rows);
  }

  private Tensor slope(
      List<TrainingSequence> sequences,
      LabelledBatch batch,
      Tensor hidden,
      @Nullable Tensor headGradient,
      double[] losses) {
    return sequences.get(0).objective().layer().isPresent()
        ? StatePass.run(sequences, hidden, losses)
        : new LmHeadPass(decoder.lmHead(), headGradient).run(sequences, batch, hidden, losses);
  }

  /** The sum of the sequences' losses under the current weights, without gradients. */
  double loss(List<TrainingSequence> sequences) {
    LabelledBatch batch = TrainingSequence.batch(sequences, decoder);
    double[] losses = new double[sequences.size()];
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor embedded = decoder.embed(batch.batch().ids());
      Tensor hidden = hidden(sequences.get(0).objective().layer(), batch, embedded);
      slope(sequences, batch, hidden, null, losses);
    }
    return Arrays.stream(losses).sum();
  }

  /** Decides which sequences go through the model together. */
  static final class Passes {
    private Passes() {}

    /**
     * Groups of at most {@code maxTokens} tokens, each of sequences whose objectives need the same
     * layer's output.
     *
     * @return ascending indices into {@code sequences}
     */
    static List<int[]> of(List<TrainingSequence> sequences, int maxTokens) {
      Map<OptionalInt, List<Integer>> byLayer = new LinkedHashMap<>();
      for (int s = 0; s < sequences.size(); s++) {
        OptionalInt layer = sequences.get(s).objective().layer();
        byLayer.computeIfAbsent(layer, l -> new ArrayList<>()).add(s);
      }
      List<int[]> passes = new ArrayList<>();
      for (List<Integer> own : byLayer.values()) {
        int[] lengths = own.stream().mapToInt(s -> sequences.get(s).tokens()).toArray();
        for (int[] group : Groups.byTokens(lengths, maxTokens)) {
          int[] pass = Arrays.stream(group).map(own::get).toArray();
          Arrays.sort(pass);
          passes.add(pass);
        }
      }
      return passes;
    }
  }

  /** Losses over hidden states and their slopes: {@link Objective.ToStates}. */
  static final class StatePass {
    private StatePass() {}

    /**
     * Computes each sequence's loss and the gradient of the hidden states, {@code dL/dh = weight ·
     * (2/C) (h − c)}.
     *
     * @param hidden {@code [M, C]}, the sequences' rows one after the other
     * @param losses receives each sequence's loss
     * @return dL/dh, {@code [M, C]}; belongs to the running scope
     */
    static Tensor run(List<TrainingSequence> sequences, Tensor hidden, double[] losses) {
      Tensor gradient = torch.empty_like(hidden);
      double width = hidden.size(1);
      int from = 0;
      for (int s = 0; s < losses.length; s++) {
        Objective.ToStates objective = (Objective.ToStates) sequences.get(s).objective();
        for (TokenizedSample sample : sequences.get(s).samples()) {
          int rows = sample.labels();
          try (PointerScope scope = new PointerScope()) {
            Tensor h = wide(hidden.narrow(0, from, rows));
            Tensor difference = h.sub(objective.targets().of(sample).to(h.scalar_type()));
            double squares = difference.square().sum().to(ScalarType.Double).item_double();
            losses[s] += objective.weight() * squares / width;
            gradient
                .narrow(0, from, rows)
                .copy_(difference.mul_(new Scalar(objective.weight() * 2 / width)));
          }
          from += rows;
        }
      }
      return gradient;
    }

    /** In at least float32. */
    private static Tensor wide(Tensor hidden) {
      ScalarType type = hidden.scalar_type().intern(); // native code returns a new object each time
      return type == ScalarType.BFloat16 || type == ScalarType.Half
          ? hidden.to(ScalarType.Float)
          : hidden;
    }
  }
}
