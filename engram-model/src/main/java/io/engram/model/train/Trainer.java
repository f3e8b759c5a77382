package io.engram.model.train;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.recipe.OptimizerSection;
import io.engram.core.recipe.ScopeSection;
import io.engram.model.LanguageModel;
import io.engram.model.checkpoint.PeftAdapter;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.checkpoint.SafetensorsWriter;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Groups;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Gradients of sums of sequence losses, and updates by them. Any number of {@link #accumulate}
 * calls make one update; how sequences are split into passes changes nothing but rounding, since
 * each sequence's loss carries its own weight.
 *
 * <p>Training works on the model's own weights; an adapter that the model was opened with is merged
 * first. Close it before the model.
 */
public final class Trainer implements AutoCloseable {
  private static final String STATE = "state.safetensors";

  private final LanguageModel model;
  private final Decoder decoder;
  private final ScopeSection scope;
  private final OptimizerSection settings;
  private final TrainedWeights trained;
  private final Optimizer optimizer;
  private long updates;

  /**
   * Prepares training.
   *
   * @param seed names the stream of new adapters
   * @throws EngramException if the scope trains nothing, all weights in bfloat16, or with dropout
   */
  public Trainer(LanguageModel model, ScopeSection scope, OptimizerSection settings, long seed) {
    this.model = model;
    this.decoder = model.decoder();
    this.scope = scope;
    this.settings = settings;
    if (scope.train() == ScopeSection.Train.ALL && model.dtype().sizeBytes() < 4) {
      throw EngramException.usage(
          "scope.train: all with model.dtype: "
              + model.dtype().configName()
              + " would lose small updates to rounding.\n"
              + "Use model.dtype: float32, or scope.train: lora.");
    }
    if (scope.train() == ScopeSection.Train.LORA && scope.dropout() != 0) {
      throw EngramException.usage(
          "scope.dropout: "
              + scope.dropout()
              + ": dropout in adapters is not built; 0, the default, is right.");
    }
    NewAdapters.merge(decoder.parameters());
    trained = new TrainedWeights(decoder, scope, RandomStream.of(seed, "lora", 0, 0));
    optimizer =
        switch (settings.name()) {
          case ADAMW -> new AdamW(settings, trained);
          case SGD -> new Sgd(settings, trained);
        };
  }

  /**
   * Adds the gradient of the sequences' summed losses.
   *
   * @return each sequence's loss, in the order given
   */
  public double[] accumulate(List<TrainingSequence> sequences) {
    double[] losses = new double[sequences.size()];
    int[] lengths = sequences.stream().mapToInt(TrainingSequence::tokens).toArray();
    for (int[] group : Groups.byTokens(lengths, model.options().batchTokens())) {
      Arrays.sort(group);
      List<TrainingSequence> part = Arrays.stream(group).mapToObj(sequences::get).toList();
      double[] own = pass(part);
      for (int i = 0; i < group.length; i++) {
        losses[group[i]] = own[i];
      }
    }
    return losses;
  }

  private double[] pass(List<TrainingSequence> sequences) {
    LabelledBatch batch =
        LabelledBatch.of(sequences.stream().flatMap(s -> s.samples().stream()).toList());
    double[] losses = new double[sequences.size()];
    try (PointerScope scope = new PointerScope()) {
      Tensor embedded = embed(batch.batch());
      Tensor rows = Tensors.ofInts(batch.rows(), decoder.device());
      Tensor hidden = decoder.hidden(batch.batch(), embedded, rows);
      Tensor gradient;
      try (AutoGradMode off = new AutoGradMode(false)) {
        HeadPass pass = new HeadPass(decoder.head(), trained.headGradient());
        gradient = pass.run(sequences, batch, hidden.detach(), losses);
      }
      if (hidden.requires_grad()) {
        hidden.backward(gradient, new BoolOptional(false), false, new TensorArrayRefOptional());
      }
      addEmbeddingGradient(batch.batch(), embedded);
    }
    return losses;
  }

  private Tensor embed(PackedBatch batch) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor embedded = decoder.embed(batch.ids());
      embedded.set_requires_grad(trained.embeddingGradient() != null);
      return embedded;
    }
  }

  private void addEmbeddingGradient(PackedBatch batch, Tensor embedded) {
    Tensor gradient = trained.embeddingGradient();
    if (gradient != null) {
      gradient.index_add_(0, Tensors.ofInts(batch.ids(), decoder.device()), embedded.grad());
    }
  }

  /**
   * Updates the weights with the summed gradient and sets it to zero.
   *
   * @return the gradient's norm before clipping
   * @throws EngramException if the norm is NaN or infinite, before any weight is changed
   */
  public double update(double learningRate) {
    double norm;
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      norm = gradientNorm();
      if (!Double.isFinite(norm)) {
        throw EngramException.usage(
            "Update "
                + (updates + 1)
                + ": the gradient is "
                + norm
                + "; training has diverged and no weight was changed by it.\n"
                + "Use a smaller optimizer.learning_rate or set optimizer.clip_norm.");
      }
      if (settings.clipNorm() > 0) {
        scaleGradients(Math.min(1, settings.clipNorm() / (norm + 1e-6)));
      }
      optimizer.step(learningRate);
      trained.zeroGradients();
    }
    updates++;
    return norm;
  }

  /**
   * How large the summed gradient is.
   *
   * @param l1 Σ|g|, over all trained weights
   * @param l2 √(Σg²)
   */
  public record GradientSize(double l1, double l2) {}

  /**
   * Goes a step along the summed gradient without the optimiser: {@code θ −= step · sign(g)} or
   * {@code θ −= step · g}. The gradient stays as it is.
   */
  public void step(double step, boolean sign) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (String name : trained.names()) {
        Tensor gradient = trained.gradient(name);
        trained.weight(name).add_(sign ? gradient.sign() : gradient, new Scalar(-step));
      }
    }
  }

  /** The size of the gradient summed since the last update. */
  public GradientSize gradientSize() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      double sum = 0;
      for (String name : trained.names()) {
        sum += trained.gradient(name).abs().sum().to(ScalarType.Double).item_double();
      }
      return new GradientSize(sum, gradientNorm());
    }
  }

  private double gradientNorm() {
    double squares = 0;
    for (String name : trained.names()) {
      double own = trained.gradient(name).norm().to(ScalarType.Double).item_double();
      squares += own * own;
    }
    return Math.sqrt(squares);
  }

  private void scaleGradients(double factor) {
    if (factor < 1) {
      for (String name : trained.names()) {
        trained.gradient(name).mul_(new Scalar(factor));
      }
    }
  }

  /** Updates made. */
  public long updates() {
    return updates;
  }

  /** Writes trained weights and optimiser state; {@link #loadState} goes on bit for bit. */
  public void saveState(Path folder) {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      trained.all().forEach((name, weight) -> tensors.put("weight." + name, weight.detach()));
      tensors.putAll(optimizer.state());
      tensors.put(
          "updates",
          torch
              .zeros(new long[] {1}, Tensors.options(ScalarType.Double))
              .fill_(new Scalar((double) updates)));
      SafetensorsWriter.write(folder.resolve(STATE), tensors, null);
    }
  }

  /** Reads what {@link #saveState} wrote for the same model and scope. */
  public void loadState(Path folder) {
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(STATE));
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      trained.all().forEach((name, weight) -> weight.detach().copy_(file.tensor("weight." + name)));
      optimizer.state().forEach((name, tensor) -> tensor.copy_(file.tensor(name)));
      updates = (long) file.tensor("updates").item_double();
      optimizer.restoreStep(updates);
    }
  }

  /**
   * Writes the model as it is now, adapters merged; for LoRA also the adapter, as PEFT reads it.
   *
   * @param dtype number format of the merged weights
   * @param adapter where the adapter goes; ignored where all weights are trained
   */
  public void saveModel(Path folder, Dtype dtype, Path adapter) {
    model.save(folder, dtype);
    if (scope.train() == ScopeSection.Train.LORA) {
      java.io.File made = adapter.toFile();
      if (!made.isDirectory() && !made.mkdirs()) {
        throw EngramException.resources(adapter + " could not be made.", null);
      }
      PeftAdapter.write(
          adapter, decoder.parameters(), scope.rank(), scope.alpha(), model.path().toString());
    }
  }

  @Override
  public void close() {
    optimizer.close();
    trained.close();
  }
}
