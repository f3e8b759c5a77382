package io.engram.model.score;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.BatchRunner;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.SampleBatch;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LayerObserver;
import io.engram.model.decoder.LmHead;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Scores samples under θ + σε with ε ~ N(0, I) over all parameters, a separate draw for each sample
 * given, without touching a weight: it draws what ε does to a layer's output instead. ℓ has exactly
 * the same distribution as {@link PerturbedScorer}'s.
 *
 * <p>Activations are always float32: rounded to bfloat16 they would lose the same small changes
 * that weights would. Weights are widened one at a time. An adapter's W + s·BA is perturbed as one
 * weight.
 */
public final class ActivationNoiseScorer {
  private final Decoder decoder;
  private final OutOfMemoryRetry retry;
  private final @Nullable BatchRunner runner;

  /** Over this model's weights; borrows them. */
  public ActivationNoiseScorer(LanguageModel model) {
    decoder = model.decoder();
    runner = model.runner();
    retry = new OutOfMemoryRetry(model.options().batchTokens());
  }

  /**
   * ℓ_t of every sample, in the order given.
   *
   * @param samples may contain a sample several times, for several draws
   * @param noise sample number i of the list takes this stream's child i, and parameter number j
   *     that one's child j
   * @param sigma 0 scores θ itself; −σ negates every random number, which isn't −ε, since layers
   *     then have another input x, and L differs with it. It is a draw from the same distribution
   *     with the opposite first-order effect
   */
  public List<double[]> logProbs(List<TokenizedSample> samples, RandomStream noise, double sigma) {
    return retry.run(samples, tokens -> logProbs(samples, noise, sigma, tokens));
  }

  private List<double[]> logProbs(
      List<TokenizedSample> samples, RandomStream noise, double sigma, int batchTokens) {
    double[][] results = new double[samples.size()][];
    List<SampleBatch> batches =
        SampleBatch.of(samples, LabelledBatch.pieces(samples, batchTokens, decoder.device()));
    BatchRunner there = runner;
    if (there != null) {
      int beside = Workers.besides(batches.size(), decoder.device());
      SampleBatch.place(
          batches,
          there.run(new Elsewhere(noise.key(), sigma), batches, beside, ProgressListener.NONE),
          results);
      return Arrays.asList(results);
    }
    Workers.run(
        batches.size(),
        decoder.device(),
        piece -> {
          SampleBatch batch = batches.get(piece);
          batch.place(score(batch, noise, sigma), results);
        });
    return Arrays.asList(results);
  }

  /** {@link #logProbs} of batches elsewhere, whose ε comes from the stream with this key. */
  private record Elsewhere(long noise, double sigma) implements BatchWork<SampleBatch, double[][]> {
    @Override
    public List<double[][]> compute(LanguageModel model, List<SampleBatch> batches) {
      ActivationNoiseScorer scorer = new ActivationNoiseScorer(model);
      return batches.stream()
          .map(batch -> scorer.score(batch, RandomStream.ofKey(noise), sigma))
          .toList();
    }
  }

  private double[][] score(SampleBatch own, RandomStream noise, double sigma) {
    DrawnBatch batch =
        DrawnBatch.of(own.samples(), Arrays.stream(own.numbers()).mapToObj(noise::child).toList());
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      return score(batch, sigma);
    }
  }

  private double[][] score(DrawnBatch batch, double sigma) {
    DrawnNoise noise = new DrawnNoise(decoder.parameters(), batch.draws(), decoder.device());
    EmbeddingNoise read = new EmbeddingNoise(batch, noise, decoder.config(), decoder.device());
    LayerObserver layers =
        sigma == 0
            ? new Float32Activations()
            : new ActivationNoise(
                decoder.parameters(),
                decoder.config(),
                batch,
                noise,
                read,
                decoder.device(),
                sigma);
    LabelledBatch labelled = batch.labelled();
    Tensor hidden =
        decoder.watchedBy(layers).hiddenWithoutGradient(labelled.batch(), labelled.rows());
    Tensor targets = Tensors.ofInts(labelled.targets(), decoder.device());
    NoisyLmHead head = NoisyLmHead.of(decoder.lmHead(), decoder.config(), batch, noise, read);
    double[][] logProbs = new double[batch.samples().size()][];
    for (int s = 0; s < logProbs.length; s++) {
      int from = labelled.offsets()[s];
      int count = labelled.offsets()[s + 1] - from;
      logProbs[s] =
          head.logProbs(s, hidden.narrow(0, from, count), targets.narrow(0, from, count), sigma);
    }
    return logProbs;
  }

  /** The plain pass in the number format of the perturbed ones, so that it rounds the same way. */
  private static final class Float32Activations implements LayerObserver {
    @Override
    public Tensor embedded(int[] ids, Tensor y) {
      return y.to(ScalarType.Float);
    }
  }

  /**
   * Log-probabilities of a sequence's labels with σε on the LM head. A tied head is the embedding:
   * if the sequence has read token v, the noise of logit v is {@code σ h·ε_v} with the ε_v of its
   * input; the other logits' noise is independent of everything below.
   *
   * @param head with a float32 weight
   */
  record NoisyLmHead(
      LmHead head, DecoderConfig config, DrawnBatch batch, DrawnNoise noise, EmbeddingNoise read) {
    /** For a weight in any number format; a float32 copy of it belongs to the running scope. */
    static NoisyLmHead of(
        LmHead head,
        DecoderConfig config,
        DrawnBatch batch,
        DrawnNoise noise,
        EmbeddingNoise read) {
      LmHead wide = new LmHead(head.weight().to(ScalarType.Float), head.softCap());
      return new NoisyLmHead(wide, config, batch, noise, read);
    }

    /**
     * ℓ_t of sequence s.
     *
     * @param hidden {@code [n, C]}
     * @param targets int64 {@code [n]}
     */
    double[] logProbs(int s, Tensor hidden, Tensor targets, double sigma) {
      try (PointerScope scope = new PointerScope()) {
        Tensor product = torch.linear(hidden, head.weight());
        if (sigma != 0) {
          perturb(s, hidden, product, new Scalar(sigma));
        }
        return Tensors.toDoubles(head.chunkOf(product, targets).logProbs());
      }
    }

    /** These logits are not capped yet. */
    private void perturb(int s, Tensor hidden, Tensor logits, Scalar sigma) {
      Tensor ids = read.ids(s);
      Tensor plain = config.tiedHead() ? logits.index_select(1, ids) : logits;
      List<String> names = List.of(batch.samples().get(s).id());
      LinearNoise.of(hidden.unsqueeze(0), new int[] {s}, names, noise)
          .add(config.lmHeadName(), logits, sigma);
      if (config.tiedHead()) {
        logits.index_copy_(1, ids, plain.addmm_(hidden, read.rows(s).t(), new Scalar(1.0), sigma));
      }
    }
  }
}
