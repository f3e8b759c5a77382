package io.engram.model.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A step along one sample's gradient by the definition: matrices in Java, weights written. */
final class MovedWeights {
  private final LanguageModel model;
  private final Map<String, Tensor> moving = new LinkedHashMap<>();

  /** ℓ_t before and after, and ∇L · d. */
  record Moved(double[] start, double slope, double[] along) {}

  private MovedWeights(LanguageModel model, List<String> names) {
    this.model = model;
    Parameters parameters = model.decoder().parameters();
    if (!parameters.adapters().isEmpty()) {
      parameters
          .adapters()
          .forEach(
              (name, adapter) -> {
                moving.put(name + ".A", adapter.a());
                moving.put(name + ".B", adapter.b());
              });
      return;
    }
    names.forEach(name -> moving.put(name, parameters.get(name)));
  }

  /** The model is as it was afterwards. */
  static Moved of(
      LanguageModel model,
      List<String> names,
      SeparateSteps.Direction direction,
      TokenizedSample sample,
      double h) {
    MovedWeights weights = new MovedWeights(model, names);
    double[] start = weights.scores(sample);
    Map<String, double[]> gradients = weights.gradients(sample);
    Map<String, double[]> before = new LinkedHashMap<>();
    double slope = 0;
    for (Map.Entry<String, Tensor> entry : weights.moving.entrySet()) {
      double[] g = gradients.getOrDefault(entry.getKey(), new double[0]);
      Tensor weight = entry.getValue();
      double[] d = direction == SeparateSteps.Direction.SIGN ? weights.signs(entry.getKey(), g) : g;
      double[] old = Tensors.toDoubles(weight);
      before.put(entry.getKey(), old);
      double[] moved = old.clone();
      double own = 0;
      for (int i = 0; i < g.length; i++) {
        moved[i] += h * d[i];
        own += g[i] * d[i];
      }
      if (direction == SeparateSteps.Direction.SIGN && weights.isFactored(entry.getKey())) {
        double estimated = weights.slope(entry.getKey(), g);
        assertThat(estimated).isCloseTo(own, within(0.35 * own));
        own = estimated;
      }
      slope += own;
      write(weight, moved);
    }
    double[] along = weights.scores(sample);
    before.forEach((name, old) -> write(Objects.requireNonNull(weights.moving.get(name)), old));
    return new Moved(start, slope, along);
  }

  /** Of vectors and of rows that are looked up each number is known, and so its sign. */
  private boolean isFactored(String name) {
    WeightNames names = model.config().names();
    boolean lookedUp =
        name.equals(names.positions())
            || (name.equals(names.embedding()) && !model.config().tiedHead());
    return Objects.requireNonNull(moving.get(name)).dim() == 2 && !lookedUp;
  }

  private double[] signs(String name, double[] g) {
    if (!isFactored(name)) {
      return Arrays.stream(g).map(Math::signum).toArray();
    }
    Squares squares = squares(name, g);
    double[] signs = new double[g.length];
    for (int i = 0; i < g.length; i++) {
      double scale = squares.scale(i) / squares.all();
      signs[i] = g[i] == 0 ? 0 : Math.sqrt(2 / Math.PI) * g[i] / Math.sqrt(scale);
    }
    return signs;
  }

  /** ∇L · d as if every number's square were the product of its row's and its column's. */
  private double slope(String name, double[] g) {
    Squares squares = squares(name, g);
    double product =
        Arrays.stream(squares.rows()).map(Math::sqrt).sum()
            * Arrays.stream(squares.columns()).map(Math::sqrt).sum();
    return g.length == 0 || product == 0
        ? 0
        : Math.sqrt(2 / Math.PI) * product / Math.sqrt(squares.all());
  }

  private record Squares(double[] rows, double[] columns) {
    double all() {
      return Arrays.stream(rows).sum();
    }

    double scale(int i) {
      return rows[i / columns.length] * columns[i % columns.length];
    }
  }

  private Squares squares(String name, double[] g) {
    int width = (int) Objects.requireNonNull(moving.get(name)).size(1);
    Squares squares = new Squares(new double[g.length / width], new double[width]);
    for (int i = 0; i < g.length; i++) {
      squares.rows()[i / width] += g[i] * g[i];
      squares.columns()[i % width] += g[i] * g[i];
    }
    return squares;
  }

  /** ∇L by autograd on full logits. */
  private Map<String, double[]> gradients(TokenizedSample sample) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    moving.values().forEach(weight -> weight.set_requires_grad(true));
    try (PointerScope scope = new PointerScope()) {
      LabelledBatch batch = LabelledBatch.of(List.of(sample));
      Device device = model.decoder().device();
      Tensor embedded = model.decoder().embed(batch.batch().ids());
      Tensor hidden =
          model.decoder().hidden(batch.batch(), embedded, Tensors.ofInts(batch.rows(), device));
      Tensor logP = torch.log_softmax(model.decoder().lmHead().logits(hidden), 1);
      Tensor targets = Tensors.ofInts(batch.targets(), device).view(-1, 1);
      logP.gather(1, targets).mean().neg().backward();
      moving.forEach(
          (name, weight) -> {
            if (weight.grad().defined()) {
              gradients.put(name, Tensors.toDoubles(weight.grad()));
              weight.mutable_grad().reset();
            }
          });
    }
    moving.values().forEach(weight -> weight.set_requires_grad(false));
    return gradients;
  }

  private double[] scores(TokenizedSample sample) {
    return new Scorer(model).logProbs(List.of(sample), ProgressListener.NONE).get(0);
  }

  private static void write(Tensor weight, double[] values) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor all = Tensors.ofDoubles(values, Device.of(weight));
      weight.copy_(all.view(Tensors.shape(weight)));
    }
  }
}
