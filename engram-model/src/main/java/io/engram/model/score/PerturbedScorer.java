package io.engram.model.score;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.BatchRunner;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.SampleBatch;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LayerSweep;
import io.engram.model.decoder.LmHead;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Scores samples under θ + scale · ε with ε ~ N(0, I) over all parameters, at several scales of the
 * same ε.
 *
 * <p>All samples pass a layer before any passes the next ({@link LayerSweep}). So only one layer's
 * noise exists at a time, both signs of a pair share it, and nothing has to be restored, since the
 * stored weights are only read. They may be mapped from a file and have any format; the perturbed
 * layer is always float32, since σ is often less than half a unit in the last place of a bfloat16
 * weight. A tied head is one parameter with one noise. An adapter's W + s·BA is perturbed as one
 * weight: its noise is added to W.
 */
public final class PerturbedScorer {
  private final Decoder decoder;
  private final Parameters stored;
  private final OutOfMemoryRetry retry;
  private final LayerSweep sweep;
  private final @Nullable BatchRunner runner;

  /** Over this model's weights; borrows them. */
  public PerturbedScorer(LanguageModel model) {
    this.decoder = model.decoder();
    this.runner = model.runner();
    this.stored = decoder.parameters();
    this.retry = new OutOfMemoryRetry(model.options().batchTokens());
    this.sweep = new LayerSweep(decoder.config(), decoder.device(), stored.names());
  }

  /**
   * ℓ_t of every sample, in the order given.
   *
   * @param noise the stream of ε; parameter number i takes the stream's child i
   * @param scale 0 scores θ itself
   * @return nats, {@code [n]} a sample
   */
  public List<double[]> logProbs(List<TokenizedSample> samples, RandomStream noise, double scale) {
    return logProbs(samples, noise, new double[] {scale}).get(0);
  }

  /** The same for several scales of one ε: {@code result.get(s).get(i)} is of scale s, sample i. */
  public List<List<double[]>> logProbs(
      List<TokenizedSample> samples, RandomStream noise, double[] scales) {
    return retry.run(samples, tokens -> sweep(samples, noise, scales, tokens));
  }

  private List<List<double[]>> sweep(
      List<TokenizedSample> samples, RandomStream noise, double[] scales, int batchTokens) {
    List<int[]> groups = LabelledBatch.pieces(samples, batchTokens, decoder.device());
    List<SampleBatch> own = SampleBatch.of(samples, groups);
    BatchRunner there = runner;
    List<double[][][]> found =
        there == null
            ? sweep(own, noise, scales)
            : there.run(
                new Elsewhere(noise.key(), scales),
                own,
                Workers.besides(scales.length * own.size(), decoder.device()),
                ProgressListener.NONE);
    List<List<double[]>> all = new ArrayList<>();
    for (int s = 0; s < scales.length; s++) {
      int scale = s;
      double[][] results = new double[samples.size()][];
      SampleBatch.place(own, found.stream().map(batch -> batch[scale]).toList(), results);
      all.add(Arrays.asList(results));
    }
    return all;
  }

  /** ℓ_t of each batch: {@code result.get(b)[s][i]} is of scale s, the batch's sample i. */
  private List<double[][][]> sweep(List<SampleBatch> own, RandomStream noise, double[] scales) {
    List<LabelledBatch> batches = own.stream().map(b -> LabelledBatch.of(b.samples())).toList();
    List<double[][][]> results =
        batches.stream().map(batch -> new double[scales.length][][]).toList();
    try (AutoGradMode off = new AutoGradMode(false)) {
      sweep.run(
          batches,
          new PerturbedWeights(stored, noise, scales),
          (variant, batch, hidden, head) ->
              results.get(batch)[variant] = score(batches.get(batch), hidden, head));
    }
    return results;
  }

  /** {@link #sweep} of batches elsewhere, whose ε comes from the stream with this key. */
  private record Elsewhere(long noise, double[] scales)
      implements BatchWork<SampleBatch, double[][][]> {
    @Override
    public List<double[][][]> compute(LanguageModel model, List<SampleBatch> batches) {
      return new PerturbedScorer(model).sweep(batches, RandomStream.ofKey(noise), scales);
    }

    @Override
    public boolean shares() {
      return true;
    }
  }

  private double[][] score(LabelledBatch batch, Tensor hidden, LmHead head) {
    try (PointerScope scope = new PointerScope()) {
      Tensor targets = Tensors.ofInts(batch.targets(), decoder.device());
      double[] logProbs = head.score(hidden, targets).logProbs();
      double[][] each = new double[batch.offsets().length - 1][];
      for (int i = 0; i < each.length; i++) {
        each[i] = Arrays.copyOfRange(logProbs, batch.offsets()[i], batch.offsets()[i + 1]);
      }
      return each;
    }
  }

  /**
   * {@code W + scale · ε} in float32 for the weights asked for, at every scale, from one ε that is
   * drawn once. The noise of a weight depends on the stream and the weight's number alone.
   */
  static final class PerturbedWeights implements LayerSweep.Variants {
    private final Parameters stored;
    private final RandomStream noise;
    private final double[] scales;
    private final List<String> names;

    PerturbedWeights(Parameters stored, RandomStream noise, double[] scales) {
      this.stored = stored;
      this.noise = noise;
      this.scales = scales;
      this.names = stored.names();
    }

    @Override
    public List<Parameters> of(List<String> wanted) {
      List<Parameters> variants = new ArrayList<>();
      for (int s = 0; s < scales.length; s++) {
        variants.add(new Parameters());
      }
      for (String name : wanted) {
        add(name, variants);
      }
      return variants;
    }

    private void add(String name, List<Parameters> variants) {
      try (PointerScope scope = new PointerScope()) {
        Tensor weight = stored.get(name).detach().to(Dtype.FLOAT32.torch());
        Tensor epsilon =
            Arrays.stream(scales).allMatch(s -> s == 0)
                ? null
                : GaussianNoise.like(weight, noise.child(names.indexOf(name)));
        for (int s = 0; s < scales.length; s++) {
          Parameters variant = variants.get(s);
          variant.put(
              name,
              epsilon == null || scales[s] == 0
                  ? weight
                  : torch.add(weight, epsilon, new Scalar(scales[s])));
          Parameters.Adapter adapter = stored.adapter(name);
          if (adapter != null) {
            variant.putAdapter(name, adapter);
          }
        }
      }
    }
  }
}
