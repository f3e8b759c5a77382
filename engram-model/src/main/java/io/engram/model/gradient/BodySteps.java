package io.engram.model.gradient;

import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.tensor.Tensors;
import io.engram.model.train.ScopedWeights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The steps of the parameters below the last norm for each sample of a packed batch, by blocks, and
 * how fast each sample's loss would grow along them. {@link LmHeadSteps} handles a tied embedding.
 * Everything belongs to the scope in which it is made.
 */
final class BodySteps {
  private final ScopedWeights trained;
  private final SeparateSteps.Direction direction;
  private final List<LengthBlock> blocks;
  private final double[] slopes;
  private final Map<String, List<LowRankStep>> weights = new HashMap<>();
  private final Map<String, List<Adapted>> adapters = new HashMap<>();
  private final Map<String, List<Tensor>> vectors = new HashMap<>();
  private @Nullable List<Tensor> embedding;
  private @Nullable List<Tensor> positions;

  /**
   * The steps of an adapter's two matrices.
   *
   * @param a that of x, {@code [rank, in]}
   * @param b that of x Aᵀ, {@code [out, rank]}
   */
  record Adapted(LowRankStep a, LowRankStep b) {}

  /** The steps from a pass's gradients. */
  BodySteps(
      ScopedWeights trained,
      SeparateSteps.Direction direction,
      LabelledBatch batch,
      LayerGradients gradients) {
    this.trained = trained;
    this.direction = direction;
    this.blocks = LengthBlock.of(batch.batch());
    this.slopes = new double[batch.batch().order().length];
    RecordedLayers layers = gradients.layers();
    for (int i = 0; i < layers.linears().size(); i++) {
      addLinears(layers.linears().get(i), gradients.linears().get(i));
    }
    for (int i = 0; i < layers.norms().size(); i++) {
      addNorm(layers.norms().get(i), gradients.norms().get(i));
    }
    if (!trained.tiedHead() && trained.embedding()) {
      Tensor ids = Tensors.ofInts(batch.batch().ids(), trained.decoder().device());
      Tensor e = gradients.embedded();
      embedding = rows(e, block -> block.same(ids, e).matmul(block.of(e)));
    }
    Tensor ofPositions = gradients.positions();
    if (ofPositions != null && trained.positions()) {
      positions = rows(ofPositions, block -> block.of(ofPositions));
    }
  }

  private void addLinears(RecordedLayers.Linears linears, List<Tensor> gradients) {
    for (int i = 0; i < gradients.size(); i++) {
      String prefix = linears.prefixes().get(i);
      Tensor x = linears.x();
      Tensor g = gradients.get(i);
      Parameters.Adapter adapter = trained.adapter(prefix + ".weight");
      if (trained.weight(prefix + ".weight")) {
        weights.put(prefix, each(block -> step(block, block.of(x), block.of(g))));
      } else if (adapter != null) {
        adapters.put(prefix, each(block -> adapted(block, block.of(x), block.of(g), adapter)));
      }
      if (trained.weight(prefix + ".bias")) {
        vectors.put(prefix + ".bias", summed(g));
      }
    }
  }

  /** With u = x Aᵀ: dB = scale Σ g_t u_tᵀ, dA = scale Σ (g_t B) x_tᵀ. */
  private Adapted adapted(LengthBlock block, Tensor x, Tensor g, Parameters.Adapter adapter) {
    Tensor up = g.mul(new Scalar(adapter.scale()));
    Tensor b = adapter.b().to(x.scalar_type());
    return new Adapted(
        step(block, x, up.matmul(b)),
        step(block, torch.linear(x, adapter.a().to(x.scalar_type())), up));
  }

  private LowRankStep step(LengthBlock block, Tensor x, Tensor g) {
    LowRankStep step = LowRankStep.of(x, g, direction);
    add(block, step.slope());
    return step;
  }

  private void addNorm(RecordedLayers.NormPass norm, Tensor g) {
    if (trained.weight(norm.weight())) {
      vectors.put(norm.weight(), summed(norm.gainParts(g, trained.decoder().config())));
    }
    String bias = LayerNames.biasOf(norm.weight());
    if (trained.weight(bias)) {
      vectors.put(bias, summed(g));
    }
  }

  /** Sums each token's part, {@code [N, width]}, to {@code [b, 1, width]} for each block. */
  private List<Tensor> summed(Tensor parts) {
    return each(
        block -> {
          Tensor sum = block.of(parts).sum(new long[] {1}, true, new ScalarTypeOptional());
          Tensor step = direction.of(sum);
          add(block, LowRankStep.inner(sum, step));
          return step;
        });
  }

  /**
   * For embedding rows that tokens read; each token's own part {@code [N, C]} adds to the slope.
   */
  private List<Tensor> rows(Tensor parts, Function<LengthBlock, Tensor> gradients) {
    return each(
        block -> {
          Tensor step = direction.of(gradients.apply(block));
          add(block, LowRankStep.inner(block.of(parts), step));
          return step;
        });
  }

  private <T> List<T> each(Function<LengthBlock, T> make) {
    return blocks.stream().map(make).toList();
  }

  private void add(LengthBlock block, Tensor own) {
    double[] values = Tensors.toDoubles(own);
    for (int i = 0; i < values.length; i++) {
      slopes[block.samples()[i]] += values[i];
    }
  }

  /** How fast each sample's loss grows along these steps, in its gradient's unit. */
  double[] slopes() {
    return slopes;
  }

  List<LengthBlock> blocks() {
    return blocks;
  }

  /** The step of a linear layer's weight, by the layer's prefix; null if it stays unchanged. */
  @Nullable List<LowRankStep> weight(String prefix) {
    return weights.get(prefix);
  }

  /** The step of a linear layer's adapter, by the layer's prefix; null if none moves. */
  @Nullable List<Adapted> adapter(String prefix) {
    return adapters.get(prefix);
  }

  /**
   * The step of a bias or a gain by its name, {@code [b, 1, width]} for each block; null if it
   * stays unchanged.
   */
  @Nullable List<Tensor> vector(String name) {
    return vectors.get(name);
  }

  /** The step of the rows of an untied embedding, {@code [b, T, C]}. */
  @Nullable List<Tensor> embedding() {
    return embedding;
  }

  /** The step of the rows of the position embedding, {@code [b, T, C]}. */
  @Nullable List<Tensor> positions() {
    return positions;
  }
}
