package io.engram.model.train;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The values towards which training pulls the hidden states after a layer: one vector for all, a
 * vector as long as the state that a model had, or that state itself. Owns its tensors.
 */
public final class LayerTargets implements AutoCloseable {
  private final int layer;
  private final @Nullable Tensor common;
  private final Map<String, Tensor> states = new LinkedHashMap<>();

  private LayerTargets(int layer, @Nullable Tensor common) {
    this.layer = layer;
    this.common = common;
  }

  /**
   * One vector for every row.
   *
   * @param vector {@code [C]}
   */
  public static LayerTargets common(LanguageModel model, int layer, double[] vector) {
    try (PointerScope scope = new PointerScope()) {
      Tensor row = Tensors.ofDoubles(vector, model.decoder().device()).view(1, -1);
      return new LayerTargets(layer, Tensors.keep(row));
    }
  }

  /**
   * One direction, for each row as long as its state under the model as it is now: {@code ‖h‖ ·
   * vector}.
   *
   * @param vector {@code [C]}
   */
  public static LayerTargets byNorm(
      LanguageModel model,
      int layer,
      double[] vector,
      List<TokenizedSample> samples,
      ProgressListener progress) {
    LayerTargets targets = common(model, layer, vector);
    targets.compute(
        model, samples, progress, h -> h.norm(new ScalarOptional(), new long[] {1}, true));
    return targets;
  }

  /** The states of the samples' labelled rows under the model as it is now. */
  public static LayerTargets compute(
      LanguageModel model, int layer, List<TokenizedSample> samples, ProgressListener progress) {
    LayerTargets targets = new LayerTargets(layer, null);
    targets.compute(model, samples, progress, Tensor::clone);
    return targets;
  }

  private void compute(
      LanguageModel model,
      List<TokenizedSample> samples,
      ProgressListener progress,
      UnaryOperator<Tensor> kept) {
    for (int[] group : LabelledBatch.groups(samples, model.options().batchTokens())) {
      List<TokenizedSample> part = Arrays.stream(group).mapToObj(samples::get).toList();
      add(model.decoder(), part, kept);
      progress.advance(group.length);
    }
  }

  private void add(Decoder decoder, List<TokenizedSample> samples, UnaryOperator<Tensor> kept) {
    LabelledBatch batch = LabelledBatch.of(samples, decoder);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
      Tensor embedded = decoder.embed(batch.batch().ids());
      Tensor hidden = decoder.hiddenAfter(layer, batch.batch(), embedded, rows);
      for (int i = 0; i < samples.size(); i++) {
        int from = batch.offsets()[i];
        Tensor own = kept.apply(hidden.narrow(0, from, batch.offsets()[i + 1] - from));
        Tensor old = states.put(samples.get(i).id(), Tensors.keep(own));
        if (old != null) {
          Tensors.release(old);
        }
      }
    }
  }

  /** The layer, from 0, after which the states are taken. */
  int layer() {
    return layer;
  }

  /**
   * {@code [n, C]} for this sample's labelled rows, or {@code [1, C]} for any; borrowed, or
   * belonging to the running scope.
   */
  Tensor of(TokenizedSample sample) {
    if (common != null && states.isEmpty()) {
      return common;
    }
    Tensor own = states.get(sample.id());
    if (own == null) {
      throw new IllegalArgumentException("no states of sample " + sample.id());
    }
    return common == null ? own : common.mul(own.to(common.scalar_type()));
  }

  @Override
  public void close() {
    states.values().forEach(Tensors::release);
    states.clear();
    if (common != null) {
      Tensors.release(common);
    }
  }
}
