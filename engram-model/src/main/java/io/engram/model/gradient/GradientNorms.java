package io.engram.model.gradient;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.BatchRunner;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.SampleBatch;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.score.OutOfMemoryRetry;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Squared norms of each sample's gradient over all parameters, for many samples from one forward
 * and one backward pass. It never makes a weight's gradient: autograd gives the gradients of the
 * layers' outputs, and a weight's part follows from these and the layers' inputs, {@code ‖Σ_t g_t
 * x_tᵀ‖² = Σ_{t,t'} (g_t·g_t')(x_t·x_t')}.
 *
 * <p>A tied head is one parameter. An adapter's W + s·BA counts as one weight with the gradient of
 * W, as {@link io.engram.model.score.PerturbedScorer} perturbs it. Activations are in the model's
 * number format, products of gradients in at least float32.
 */
public final class GradientNorms {
  /** Memory for the tensors that a pass keeps, in bytes. */
  private static final long ACTIVATION_BYTES = 1L << 30;

  private final Decoder decoder;
  private final OutOfMemoryRetry retry;
  private final @Nullable BatchRunner runner;

  /** Over this model's weights as they are at each call; borrows it. */
  public GradientNorms(LanguageModel model) {
    this.decoder = model.decoder();
    this.runner = model.runner();
    this.retry = new OutOfMemoryRetry(tokensAtOnce(model));
  }

  /** The coefficients c_t of a sample's ℓ_t in the sum to differentiate. */
  @FunctionalInterface
  public interface Coefficients {
    /**
     * The coefficients. Called from several threads, once per sample.
     *
     * @param sample the sample's index in the list given
     * @param logProbs ℓ_t in nats, {@code [n]}
     * @return {@code [n]}
     */
    double[] of(int sample, double[] logProbs);
  }

  /**
   * A sample's log-probabilities and squared norm.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}
   */
  public record SampleNorm(double[] logProbs, double squaredNorm) implements Serializable {}

  /** {@code ‖∇_θ Σ_t c_t ℓ_t‖²} of every sample, in the order given. */
  public List<SampleNorm> of(List<TokenizedSample> samples, Coefficients coefficients) {
    return all(samples, coefficients, null);
  }

  /**
   * {@code ‖Σ_t w_t J_tᵀ r_t‖²} with J_t the Jacobian of token t's logits and {@code r_t = √p_t ⊙
   * ξ_t − p_t (√p_t·ξ_t)}, ξ_t random signs over the vocabulary. Its expectation over the signs is
   * the trace of the Gauss-Newton (here also the Fisher) matrix: {@code Σ_t w_t² tr(J_tᵀ (diag p_t
   * − p_t p_tᵀ) J_t)}; products of different tokens have expectation 0.
   *
   * @param weights w_t
   * @param signs sample number i of the list takes the stream's child i
   */
  public List<SampleNorm> gaussNewton(
      List<TokenizedSample> samples, Coefficients weights, RandomStream signs) {
    return all(samples, weights, signs.key());
  }

  private List<SampleNorm> all(
      List<TokenizedSample> samples, Coefficients coefficients, @Nullable Long signs) {
    return retry.run(samples, tokens -> all(samples, coefficients, signs, tokens));
  }

  private List<SampleNorm> all(
      List<TokenizedSample> samples, Coefficients coefficients, @Nullable Long signs, int tokens) {
    SampleNorm[] results = new SampleNorm[samples.size()];
    List<SampleBatch> batches =
        SampleBatch.of(samples, LabelledBatch.pieces(samples, tokens, decoder.device()));
    BatchRunner there = runner;
    if (there != null) {
      int beside = Workers.besides(batches.size(), decoder.device());
      List<Elsewhere.Weighted> weighted =
          batches.stream().map(batch -> Elsewhere.Weighted.of(batch, coefficients)).toList();
      SampleBatch.place(
          batches,
          there.run(new Elsewhere(signs), weighted, beside, ProgressListener.NONE),
          results);
      return new ArrayList<>(Arrays.asList(results));
    }
    Workers.run(
        batches.size(),
        decoder.device(),
        piece -> {
          SampleBatch batch = batches.get(piece);
          batch.place(pass(batch, coefficients, signs), results);
        });
    return new ArrayList<>(Arrays.asList(results));
  }

  /**
   * {@link #all} of batches elsewhere.
   *
   * @param signs key of the stream of signs; null: gradients of ℓ_t
   */
  private record Elsewhere(@Nullable Long signs)
      implements BatchWork<Elsewhere.Weighted, SampleNorm[]> {
    /**
     * A batch with its coefficients.
     *
     * @param coefficients c_t of its samples
     */
    private record Weighted(SampleBatch batch, double[][] coefficients) implements Batch {
      /**
       * Asks for the coefficients now, without log-probabilities.
       *
       * @throws IllegalArgumentException if they depend on these
       */
      static Weighted of(SampleBatch batch, Coefficients coefficients) {
        double[][] own = new double[batch.count()][];
        for (int i = 0; i < own.length; i++) {
          double[] unknown = new double[batch.samples().get(i).labels()];
          Arrays.fill(unknown, Double.NaN);
          own[i] = coefficients.of(batch.numbers()[i], unknown);
          if (Arrays.stream(own[i]).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException("coefficients that depend on log-probabilities");
          }
        }
        return new Weighted(batch, own);
      }

      @Override
      public long tokens() {
        return batch.tokens();
      }

      @Override
      public int count() {
        return batch.count();
      }
    }

    @Override
    public List<SampleNorm[]> compute(LanguageModel model, List<Weighted> batches) {
      GradientNorms norms = new GradientNorms(model);
      return batches.stream()
          .map(
              weighted -> {
                Map<Integer, double[]> own = new HashMap<>();
                int[] numbers = weighted.batch().numbers();
                for (int i = 0; i < numbers.length; i++) {
                  own.put(numbers[i], weighted.coefficients()[i]);
                }
                return norms.pass(
                    weighted.batch(), (i, l) -> Objects.requireNonNull(own.get(i)), signs);
              })
          .toList();
    }
  }

  /** Roughly how many numbers per token and layer autograd, the recorder and the gradients keep. */
  private static int tokensAtOnce(LanguageModel model) {
    DecoderConfig config = model.config();
    long heads = (config.heads() + 2L * config.kvHeads()) * config.headDim();
    long layer = 12L * config.hiddenSize() + 7 * heads + 8L * config.intermediateSize();
    long token = config.layers() * layer * model.dtype().sizeBytes();
    return (int) Math.min(model.options().batchTokens(), Math.max(1, ACTIVATION_BYTES / token));
  }

  private SampleNorm[] pass(SampleBatch own, Coefficients coefficients, @Nullable Long signs) {
    int[] group = own.numbers();
    LabelledBatch batch = LabelledBatch.of(own.samples());
    LogitSlope slope =
        signs == null ? LogitSlope.GRADIENT : LogitSlope.gaussNewton(RandomStream.ofKey(signs));
    SampleNorm[] results = new SampleNorm[group.length];
    RecordedLayers layers = new RecordedLayers(decoder.config().names().finalNorm());
    try (PointerScope scope = new PointerScope()) {
      Tensor embedded = embed(batch.batch());
      Tensor hidden = forward(batch, embedded, layers);
      try (AutoGradMode off = new AutoGradMode(false)) {
        LmHeadNorms head = new LmHeadNorms(batch, group, hidden.detach(), decoder.lmHead());
        Tensor dh = head.run(coefficients, slope);
        SquaredNorms blocks = new SquaredNorms(batch.batch(), decoder.device());
        LayerGradients gradients = LayerGradients.of(layers, embedded, hidden, dh);
        new BackwardNorms(decoder, blocks, head).add(batch.batch(), gradients);
        double[] body = blocks.totals();
        for (int i = 0; i < group.length; i++) {
          results[i] = new SampleNorm(head.logProbs(i), body[i] + head.squares(i));
        }
      }
    }
    return results;
  }

  private Tensor embed(PackedBatch batch) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor embedded = decoder.embed(batch.ids());
      embedded.set_requires_grad(true);
      return embedded;
    }
  }

  private Tensor forward(LabelledBatch batch, Tensor embedded, RecordedLayers layers) {
    Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
    try (AutoGradMode on = new AutoGradMode(true)) {
      return decoder.watchedBy(layers).hidden(batch.batch(), embedded, rows);
    }
  }

  /**
   * Computes every parameter's part of the squared norms from the gradients of the layers' outputs.
   */
  static final class BackwardNorms {
    private final Decoder decoder;
    private final SquaredNorms blocks;
    private final LmHeadNorms head;

    /** Adds to {@code blocks} and {@code head}. */
    BackwardNorms(Decoder decoder, SquaredNorms blocks, LmHeadNorms head) {
      this.decoder = decoder;
      this.blocks = blocks;
      this.head = head;
    }

    /** Adds all parts. */
    void add(PackedBatch batch, LayerGradients gradients) {
      Tensor e = gradients.embedded();
      blocks.addEmbedding(Tensors.ofInts(batch.ids(), decoder.device()), e);
      if (decoder.config().tiedHead()) {
        head.addTied(e);
      }
      if (gradients.positions() != null) {
        blocks.addPositions(gradients.positions());
      }
      RecordedLayers layers = gradients.layers();
      for (int i = 0; i < layers.norms().size(); i++) {
        addNorm(layers.norms().get(i), gradients.norms().get(i), blocks::addVector);
      }
      if (layers.last() != null) {
        addNorm(layers.last(), gradients.last(), head::addVector);
      }
      for (int i = 0; i < layers.linears().size(); i++) {
        addLinears(layers.linears().get(i), gradients.linears().get(i));
      }
    }

    private void addNorm(RecordedLayers.NormPass norm, Tensor g, Consumer<Tensor> sums) {
      try (PointerScope scope = new PointerScope()) {
        sums.accept(norm.gainParts(g, decoder.config()));
        if (decoder.parameters().find(LayerNames.biasOf(norm.weight())) != null) {
          sums.accept(SquaredNorms.wide(g));
        }
      }
    }

    /** Layers with the same input count as one layer with their outputs side by side. */
    private void addLinears(RecordedLayers.Linears linears, List<Tensor> gradients) {
      try (PointerScope scope = new PointerScope()) {
        for (int i = 0; i < gradients.size(); i++) {
          if (decoder.parameters().find(linears.prefixes().get(i) + ".bias") != null) {
            blocks.addVector(gradients.get(i));
          }
        }
        Tensor[] side = gradients.toArray(new Tensor[0]);
        blocks.addWeight(linears.x(), torch.cat(new TensorVector(side), 1));
      }
    }
  }
}
