package io.engram.model.score;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.ResidualStream;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * How well tokens can be told from a model's hidden states layer by layer, with another model of
 * the same shape, the reader, as the measure: mean log-probability of a sample's chosen tokens,
 * nats.
 */
public final class LayerScorer {
  /** Tokens in a pass; the stream after every layer is kept for all of them. */
  private static final int BATCH_TOKENS = 1024;

  private final Decoder reader;

  /**
   * Reads with this model; borrows it.
   *
   * @param reader the original
   */
  public LayerScorer(LanguageModel reader) {
    this.reader = reader.decoder();
  }

  /**
   * A sample and which of its labelled tokens count.
   *
   * @param chosen by labelled token; at least one
   */
  public record Asked(TokenizedSample sample, boolean[] chosen) {}

  /** Where the chosen tokens of a batch are predicted. */
  private record Batch(LabelledBatch batch, int[] rows, int[] targets, int[] offsets) {
    static Batch of(List<Asked> asked) {
      LabelledBatch batch = LabelledBatch.of(asked.stream().map(Asked::sample).toList());
      List<Integer> places = new ArrayList<>();
      int[] offsets = new int[asked.size() + 1];
      for (int s = 0; s < asked.size(); s++) {
        boolean[] chosen = asked.get(s).chosen();
        for (int t = 0; t < chosen.length; t++) {
          if (chosen[t]) {
            places.add(batch.offsets()[s] + t);
          }
        }
        offsets[s + 1] = places.size();
      }
      int[] at = places.stream().mapToInt(Integer::intValue).toArray();
      return new Batch(
          batch,
          IntStream.of(at).map(i -> batch.rows()[i]).toArray(),
          IntStream.of(at).map(i -> batch.targets()[i]).toArray(),
          offsets);
    }
  }

  /**
   * Logit lens: the hidden states after each layer through the reader's last norm and LM head.
   *
   * @param model whose hidden states are read
   * @return {@code [L]} for each sample
   * @throws EngramException if the models' shapes differ
   */
  public List<double[]> lens(LanguageModel model, List<Asked> asked, ProgressListener progress) {
    requireSameShape(model.decoder());
    return each(
        asked,
        (batch, rows) -> {
          ResidualStream own = ResidualStream.of(model.decoder(), batch.batch().batch());
          return own.after().stream()
              .map(x -> ResidualStream.normed(reader, x.index_select(0, rows)))
              .toList();
        },
        progress);
  }

  /**
   * Patching: what the reader predicts if its hidden states after a layer, at the places where the
   * chosen tokens are predicted, are those of the model.
   *
   * @param model whose hidden states are put in
   * @return {@code [L]} for each sample, by the layer after which they are put in
   * @throws EngramException if the models' shapes differ
   */
  public List<double[]> patched(LanguageModel model, List<Asked> asked, ProgressListener progress) {
    requireSameShape(model.decoder());
    return each(
        asked,
        (batch, rows) -> {
          ResidualStream other = ResidualStream.of(model.decoder(), batch.batch().batch());
          ResidualStream own = ResidualStream.of(reader, batch.batch().batch());
          List<Tensor> hidden = new ArrayList<>();
          for (int layer = 0; layer < own.after().size(); layer++) {
            Tensor put = other.after().get(layer).index_select(0, rows);
            hidden.add(own.patched(layer, rows, put));
          }
          return hidden;
        },
        progress);
  }

  /** Hidden states after the reader's last norm, {@code [M, C]} for each layer. */
  private interface Reading {
    List<Tensor> of(Batch batch, Tensor rows);
  }

  private List<double[]> each(List<Asked> asked, Reading reading, ProgressListener progress) {
    double[][] results = new double[asked.size()][];
    List<TokenizedSample> samples = asked.stream().map(Asked::sample).toList();
    List<int[]> pieces = LabelledBatch.pieces(samples, BATCH_TOKENS, reader.device());
    ProgressListener shared = ProgressListener.shared(progress);
    Workers.run(
        pieces.size(),
        reader.device(),
        piece -> {
          int[] group = pieces.get(piece);
          Batch batch = Batch.of(Arrays.stream(group).mapToObj(asked::get).toList());
          double[][] layers = layers(batch, reading);
          for (int s = 0; s < group.length; s++) {
            int from = batch.offsets()[s];
            int to = batch.offsets()[s + 1];
            results[group[s]] =
                Arrays.stream(layers)
                    .mapToDouble(own -> Arrays.stream(own, from, to).average().orElse(Double.NaN))
                    .toArray();
          }
          shared.advance(group.length);
        });
    return Arrays.asList(results);
  }

  /** Log-probabilities of all chosen tokens, by layer. */
  private double[][] layers(Batch batch, Reading reading) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor rows = Tensors.ofInts(batch.rows(), reader.device());
      Tensor targets = Tensors.ofInts(batch.targets(), reader.device());
      return reading.of(batch, rows).stream()
          .map(hidden -> reader.lmHead().score(hidden, targets).logProbs())
          .toArray(double[][]::new);
    }
  }

  private void requireSameShape(Decoder other) {
    if (other.config().layers() != reader.config().layers()
        || other.lmHead().weight().size(1) != reader.lmHead().weight().size(1)) {
      throw EngramException.usage("needs models with as many layers of the same width");
    }
  }
}
