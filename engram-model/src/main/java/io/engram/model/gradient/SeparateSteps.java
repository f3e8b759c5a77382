package io.engram.model.gradient;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LayerObserver;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.score.OutOfMemoryRetry;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.ScopedWeights;
import io.engram.model.train.TrainingScope;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Samples' log-probabilities after a step of gradient ascent on each of them alone: {@code ℓ_t(θ +
 * h·d_s)}, d_s from the gradient of the sample's own mean loss {@code L_s = −(1/n) Σ_t ℓ_t}. A
 * whole packed batch shares one pass forward and back and one forward, in which every sample has
 * moved weights of its own; neither a moved weight nor a weight's gradient is ever made. With G =
 * Σ_t g_t x_tᵀ, a layer's output moves by {@code h Σ_t (x'·x_t) g_t}, where x' is its input in the
 * moved model.
 *
 * <p>No weight of the model is written. What {@code scope} trains moves: the adapters if the model
 * has any, else all weights. Activations are at least float32. For several samples with one step,
 * see {@link io.engram.model.train.JointStep}.
 */
public final class SeparateSteps {
  /** Memory for the tensors that a pass keeps, in bytes. */
  private static final long KEPT_BYTES = 1L << 30;

  private final Decoder decoder;
  private final TrainingScope scope;
  private final Direction direction;
  private final OutOfMemoryRetry retry;

  /** Over this model's weights and adapters as they are at each call; borrows it. */
  public SeparateSteps(LanguageModel model, TrainingScope scope, Direction direction) {
    this.decoder = model.decoder();
    this.scope = scope;
    this.direction = direction;
    this.retry = new OutOfMemoryRetry(tokensAtOnce(model));
  }

  /**
   * At θ.
   *
   * @param logProbs ℓ_t, nats, {@code [n]}
   * @param slope {@code ∇L · d}, how fast L grows along d at first; approximate for {@link
   *     Direction#SIGN}
   */
  public record Start(double[] logProbs, double slope) {
    /** L, nats a token. */
    public double loss() {
      return -Arrays.stream(logProbs).average().orElseThrow();
    }
  }

  /**
   * At θ and at θ + h·d.
   *
   * @param distance h
   * @param along ℓ_t at θ + h·d, {@code [n]}; equal to those at θ if h is 0
   */
  public record Step(Start start, double distance, double[] along) {}

  /**
   * Takes a step for every sample.
   *
   * @param distance gives h, once the start is known; 0: no step is needed. Called from several
   *     threads
   * @param progress advances by the samples done
   * @return steps in the order given
   * @throws EngramException if the scope trains nothing of the model
   */
  public List<Step> of(
      List<TokenizedSample> samples, ToDoubleFunction<Start> distance, ProgressListener progress) {
    return retry.run(samples, tokens -> of(samples, distance, progress, tokens));
  }

  private List<Step> of(
      List<TokenizedSample> samples,
      ToDoubleFunction<Start> distance,
      ProgressListener progress,
      int tokens) {
    ScopedWeights trained = ScopedWeights.of(decoder, scope);
    Step[] steps = new Step[samples.size()];
    List<int[]> pieces = LabelledBatch.pieces(samples, tokens, decoder.device());
    ProgressListener shared = ProgressListener.shared(progress);
    Workers.run(
        pieces.size(),
        decoder.device(),
        piece -> {
          int[] group = pieces.get(piece);
          pass(trained, samples, group, distance, steps);
          shared.advance(group.length);
        });
    return List.of(steps);
  }

  /** How many numbers per token autograd, the recorder, gradients and directions keep. */
  private static int tokensAtOnce(LanguageModel model) {
    DecoderConfig config = model.config();
    long heads = (config.heads() + 2L * config.kvHeads()) * config.headDim();
    long layer = 16L * config.hiddenSize() + 9 * heads + 11L * config.intermediateSize();
    long token = 4 * (config.layers() * layer + config.vocabularySize());
    return (int) Math.min(model.options().batchTokens(), Math.max(1, KEPT_BYTES / token));
  }

  private void pass(
      ScopedWeights trained,
      List<TokenizedSample> samples,
      int[] group,
      ToDoubleFunction<Start> distance,
      Step[] steps) {
    LabelledBatch batch = LabelledBatch.of(Arrays.stream(group).mapToObj(samples::get).toList());
    RecordedLayers layers = new RecordedLayers(decoder.config().names().finalNorm());
    try (PointerScope scoped = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor embedded = SquaredNorms.wide(decoder.embed(batch.batch().ids()));
      embedded.set_requires_grad(true);
      Tensor hidden = forward(batch, embedded, layers);
      LmHeadSteps head = new LmHeadSteps(trained, direction, batch, hidden.detach());
      LayerGradients gradients = LayerGradients.of(layers, embedded, hidden, head.backward());
      BodySteps body = new BodySteps(trained, direction, batch, gradients);
      head.follow(gradients);
      Start[] starts = new Start[group.length];
      double[] distances = new double[group.length];
      for (int s = 0; s < group.length; s++) {
        double slope = head.unit(s) * (body.slopes()[s] + head.slope(s));
        starts[s] = new Start(head.logProbs(s), slope);
        distances[s] = distance.applyAsDouble(starts[s]);
      }
      double[][] along = along(trained, batch, body, head, distances);
      for (int s = 0; s < group.length; s++) {
        double h = distances[s];
        steps[group[s]] = new Step(starts[s], h, h == 0 ? starts[s].logProbs() : along[s]);
      }
    }
  }

  private Tensor forward(LabelledBatch batch, Tensor embedded, RecordedLayers layers) {
    Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
    try (AutoGradMode on = new AutoGradMode(true)) {
      return decoder.watchedBy(layers).hidden(batch.batch(), embedded, rows);
    }
  }

  private double[][] along(
      ScopedWeights trained,
      LabelledBatch batch,
      BodySteps body,
      LmHeadSteps head,
      double[] distances) {
    if (Arrays.stream(distances).allMatch(h -> h == 0)) {
      return new double[distances.length][0];
    }
    StepObserver moving = new StepObserver(trained, body, head, distances);
    Tensor moved = decoder.watchedBy(moving).hiddenWithoutGradient(batch.batch(), batch.rows());
    return head.along(moved, distances);
  }

  /** How the direction of a step follows from a gradient. */
  public enum Direction {
    /** ∇L: plain gradient ascent. */
    GRADIENT,

    /**
     * An approximation of sign(∇L), the first update of Adam: a matrix is divided by the root mean
     * squares of its rows and columns, as in Adafactor (Shazeer and Stern 2018), and multiplied by
     * √(2/π); a vector has its signs. To first order that leads as far as the signs do if numbers
     * are normally distributed: sign(z) correlates with another normal number as √(2/π) z does
     * (Bussgang 1952).
     */
    SIGN;

    /** The direction of a vector: itself or its signs. */
    Tensor of(Tensor gradient) {
      return this == SIGN ? gradient.sign() : gradient;
    }

    /** √(2/π) = E|z|. */
    static final double MEAN_SIZE = Math.sqrt(2 / Math.PI);
  }

  /**
   * Runs every sample of a packed batch through its own weights: the model's plus h times its step.
   */
  static final class StepObserver implements LayerObserver {
    private final ScopedWeights trained;
    private final BodySteps body;
    private final LmHeadSteps head;
    private final List<LengthBlock> blocks;
    private final double[] distances;

    /**
     * An observer for one pass without gradients.
     *
     * @param distances h of each sample
     */
    StepObserver(ScopedWeights trained, BodySteps body, LmHeadSteps head, double[] distances) {
      this.trained = trained;
      this.body = body;
      this.head = head;
      this.blocks = body.blocks();
      this.distances = distances;
    }

    private interface Change {
      /** Adds h times the i-th block's step to {@code y [b, T, ·]}. */
      void add(int i, Tensor y, Tensor h);
    }

    private Tensor changed(Tensor y, Change change) {
      for (int i = 0; i < blocks.size(); i++) {
        try (PointerScope scope = new PointerScope()) {
          Tensor own = blocks.get(i).within(y);
          change.add(i, own, blocks.get(i).ofSamples(distances, y));
        }
      }
      return y;
    }

    private Tensor added(Tensor y, @Nullable List<Tensor> steps) {
      return steps == null ? y : changed(y, (i, own, h) -> own.addcmul_(steps.get(i), h));
    }

    @Override
    public Tensor embedded(int[] ids, Tensor y) {
      Tensor wide = SquaredNorms.wide(y);
      return trained.tiedHead()
          ? head.addEmbedding(wide, distances)
          : added(wide, body.embedding());
    }

    @Override
    public Tensor positions(int[] rows, Tensor y) {
      return added(SquaredNorms.wide(y), body.positions());
    }

    @Override
    public Tensor linear(String prefix, Tensor x, Tensor y) {
      List<LowRankStep> weight = body.weight(prefix);
      if (weight != null) {
        changed(y, (i, own, h) -> weight.get(i).addTo(own, blocks.get(i).of(x), h));
      }
      List<BodySteps.Adapted> adapted = body.adapter(prefix);
      Parameters.Adapter adapter = trained.adapter(prefix + ".weight");
      if (adapted != null && adapter != null) {
        changed(y, (i, own, h) -> addAdapted(adapter, adapted.get(i), blocks.get(i).of(x), own, h));
      }
      return added(y, body.vector(prefix + ".bias"));
    }

    /** {@code scale · u' B'ᵀ − scale · u Bᵀ} with {@code u' = x A'ᵀ}. */
    private static void addAdapted(
        Parameters.Adapter adapter, BodySteps.Adapted step, Tensor x, Tensor y, Tensor h) {
      Tensor change = torch.zeros_like(step.b().x());
      step.a().addTo(change, x, h);
      Scalar scale = new Scalar(adapter.scale());
      y.add_(torch.linear(change, adapter.b().to(x.scalar_type())), scale);
      Tensor low = torch.linear(x, adapter.a().to(x.scalar_type())).add_(change);
      step.b().addTo(y, low.mul_(scale), h);
    }

    @Override
    public Tensor norm(String name, Tensor x, Tensor y) {
      DecoderConfig config = trained.decoder().config();
      if (name.equals(config.names().finalNorm())) {
        return head.addLastNorm(x, y, distances);
      }
      List<Tensor> gain = body.vector(name);
      if (gain != null) {
        Tensor normed = Norm.withoutGain(x, config);
        changed(y, (i, own, h) -> own.addcmul_(blocks.get(i).of(normed), gain.get(i).mul(h)));
      }
      return added(y, body.vector(LayerNames.biasOf(name)));
    }
  }
}
