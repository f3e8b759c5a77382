package io.engram.model.score;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.LayerObserver;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Adds the effect of noise σε on all parameters below the head to the activations of one batch,
 * with one draw of ε per sequence. A linear layer's noise is {@code σ x δᵀ = σ L Ξ} in
 * distribution, where x is the layer's input in this pass; biases, gains and embedding rows are
 * perturbed directly. Activations are float32.
 */
final class ActivationNoise implements LayerObserver {
  private final Parameters parameters;
  private final DecoderConfig config;
  private final DrawnBatch batch;
  private final DrawnNoise noise;
  private final EmbeddingNoise embedding;
  private final Scalar sigma;
  private final List<int[]> members;
  private final int[] all;
  private final Tensor packedRows;
  private final Tensor labelledRows;
  private @Nullable Tensor input;
  private List<LinearNoise> factored = List.of();

  /** For one pass over the batch; its tensors belong to the running scope. */
  ActivationNoise(
      Parameters parameters,
      DecoderConfig config,
      DrawnBatch batch,
      DrawnNoise noise,
      EmbeddingNoise embedding,
      Device device,
      double sigma) {
    this.parameters = parameters;
    this.config = config;
    this.batch = batch;
    this.noise = noise;
    this.embedding = embedding;
    this.sigma = new Scalar(sigma);
    members = batch.members();
    all = IntStream.range(0, batch.samples().size()).toArray();
    packedRows = Tensors.ofInts(batch.packedRows(), device);
    labelledRows = Tensors.ofInts(batch.labelledRows(), device);
  }

  @Override
  public Tensor embedded(int[] ids, Tensor y) {
    return y.to(ScalarType.Float).add_(embedding.packed(), sigma);
  }

  /** A sequence has each position once, so each of the batch's rows has its own noise. */
  @Override
  public Tensor positions(int[] rows, Tensor y) {
    String name = Objects.requireNonNull(config.names().positions());
    int[] owners = batch.packedRows();
    List<RandomStream> streams =
        IntStream.range(0, rows.length)
            .mapToObj(r -> noise.stream(name, owners[r]).child(rows[r]))
            .toList();
    Tensor own = GaussianNoise.rows(streams, config.hiddenSize(), Device.of(y));
    return y.to(ScalarType.Float).add_(own, sigma);
  }

  // Compares objects, since two tensors can be at the same address one after the other.
  @SuppressWarnings("ReferenceEquality")
  @Override
  public Tensor linear(String prefix, Tensor x, Tensor y) {
    if (x != input) {
      input = x;
      factored = factored(x);
    }
    long row = 0;
    for (LinearNoise own : factored) {
      own.add(prefix + ".weight", y.narrow(0, row, own.rows()), sigma);
      row += own.rows();
    }
    if (parameters.find(prefix + ".bias") != null) {
      try (PointerScope scope = new PointerScope()) {
        Tensor bias = noise.of(prefix + ".bias", all, y.size(1));
        y.add_(bias.index_select(0, packedRows), sigma);
      }
    }
    return y;
  }

  private List<LinearNoise> factored(Tensor x) {
    List<LinearNoise> buckets = new ArrayList<>();
    long row = 0;
    for (int[] sequences : members) {
      int rows = batch.inputs(sequences[0]).length * sequences.length;
      Tensor own = x.narrow(0, row, rows).view(sequences.length, -1, x.size(1));
      List<String> ids =
          Arrays.stream(sequences).mapToObj(s -> batch.samples().get(s).id()).toList();
      buckets.add(LinearNoise.of(own, sequences, ids, noise));
      row += rows;
    }
    return buckets;
  }

  @Override
  public Tensor norm(String name, Tensor x, Tensor y) {
    Tensor rows = name.equals(config.names().finalNorm()) ? labelledRows : packedRows;
    long width = x.size(x.dim() - 1);
    try (PointerScope scope = new PointerScope()) {
      Tensor gain = noise.of(name, all, width).index_select(0, rows);
      Tensor ofHeads = x.dim() == 3 ? gain.unsqueeze(1) : gain;
      y.addcmul_(Norm.withoutGain(x, config), ofHeads, sigma);
      String bias = LayerNames.biasOf(name);
      if (parameters.find(bias) != null) {
        y.add_(noise.of(bias, all, width).index_select(0, rows), sigma);
      }
      return y;
    }
  }
}
