package io.engram.model.gradient;

import io.engram.model.decoder.LayerObserver;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.train.ScopedWeights;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Lets every sample of a packed batch pass through weights of its own, h of its step away from the
 * model's.
 */
final class StepObserver implements LayerObserver {
  private final ScopedWeights trained;
  private final BodySteps body;
  private final LmHeadSteps head;
  private final List<LengthBlock> blocks;
  private final double[] distances;

  /**
   * For one pass without gradients.
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
    return trained.tiedHead() ? head.addEmbedding(wide, distances) : added(wide, body.embedding());
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
