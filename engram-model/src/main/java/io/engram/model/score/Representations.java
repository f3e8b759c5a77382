package io.engram.model.score;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * How the model represents a sample: the mean of the last hidden states, after the last norm, from
 * which its labelled tokens are predicted.
 */
public final class Representations {
  private Representations() {}

  /** {@code [C]} of every sample, in the order given. */
  public static List<double[]> of(LanguageModel model, List<TokenizedSample> samples) {
    double[][] results = new double[samples.size()][];
    Device device = model.decoder().device();
    List<int[]> pieces = LabelledBatch.pieces(samples, model.options().batchTokens(), device);
    Workers.run(
        pieces.size(),
        device,
        piece -> {
          int[] group = pieces.get(piece);
          List<TokenizedSample> part = Arrays.stream(group).mapToObj(samples::get).toList();
          List<double[]> means = means(model.decoder(), LabelledBatch.of(part));
          for (int i = 0; i < group.length; i++) {
            results[group[i]] = means.get(i);
          }
        });
    return Arrays.asList(results);
  }

  private static List<double[]> means(Decoder decoder, LabelledBatch batch) {
    List<double[]> means = new ArrayList<>();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor hidden = decoder.hiddenWithoutGradient(batch.batch(), batch.rows());
      for (int i = 0; i + 1 < batch.offsets().length; i++) {
        int from = batch.offsets()[i];
        Tensor own = hidden.narrow(0, from, batch.offsets()[i + 1] - from);
        means.add(Tensors.toDoubles(own.mean(0)));
      }
    }
    return means;
  }
}
