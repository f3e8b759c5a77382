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
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
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

  /**
   * The cosine of each vector with each of a pool, after the pool's mean is taken off all of them.
   *
   * @return {@code [wanted][pool]}; 0 where a vector is the mean itself
   */
  public static double[][] cosines(List<double[]> wanted, List<double[]> pool) {
    double[] mean = new double[pool.isEmpty() ? 0 : pool.get(0).length];
    for (double[] one : pool) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += one[k] / pool.size();
      }
    }
    List<double[]> ends = pool.stream().map(one -> unit(one, mean)).toList();
    return wanted.stream()
        .map(one -> unit(one, mean))
        .map(own -> ends.stream().mapToDouble(end -> product(own, end)).toArray())
        .toArray(double[][]::new);
  }

  /** Places of the largest values, ascending; all if there are no more than {@code count}. */
  public static int[] largest(double[] values, int count) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  private static double[] unit(double[] vector, double[] mean) {
    double[] centred = vector.clone();
    for (int k = 0; k < mean.length; k++) {
      centred[k] -= mean[k];
    }
    double norm = Math.sqrt(product(centred, centred));
    return norm == 0 ? centred : Arrays.stream(centred).map(x -> x / norm).toArray();
  }

  private static double product(double[] x, double[] y) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += x[k] * y[k];
    }
    return sum;
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
