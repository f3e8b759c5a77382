package io.engram.model.train;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.group.WorkerGroup;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of sums of sequence losses, and updates by them. Any number of {@link #accumulate}
 * calls make one update; how sequences are split into passes changes nothing but rounding, since
 * each sequence's loss carries its own weight.
 *
 * <p>Training works on the model's own weights; an adapter that the model was opened with is merged
 * first. Close it before the model.
 */
public final class Trainer implements AutoCloseable {
  private final LanguageModel model;
  private final Decoder decoder;
  private final TrainingScope scope;
  private final OptimizerSettings settings;
  private final TrainedWeights trained;
  private final Optimizer optimizer;
  private final TrainingPass pass;
  private final WorkerGroup group;

  /** The worker that updates each weight; null: each worker updates all of them. */
  private final int @Nullable [] owners;

  private @Nullable GradientPair pair;

  /** Whether the gradient is this worker's part, not yet summed over the group. */
  private boolean isPart;

  /** The sums over the group that were begun while the gradient was computed; null: none. */
  private @Nullable Sending sending;

  private double stretch = 1;
  private long updates;
  private boolean isWhole = true;

  /** Prepares training that keeps all activations of a pass for its gradient. */
  public Trainer(LanguageModel model, TrainingScope scope, OptimizerSettings settings, long seed) {
    this(model, scope, settings, seed, false, WorkerGroup.ALONE);
  }

  /** Prepares training by this process alone. */
  public Trainer(
      LanguageModel model,
      TrainingScope scope,
      OptimizerSettings settings,
      long seed,
      boolean checkpointed) {
    this(model, scope, settings, seed, checkpointed, WorkerGroup.ALONE);
  }

  /**
   * Prepares training.
   *
   * @param seed names the stream of new adapters
   * @param checkpointed whether layers are computed again for their gradients instead of keeping
   *     all their activations: far less memory, half as much work again, equal gradients
   * @param group the workers that make each update together, each with its own copy of the weights;
   *     all call the same methods with the same sequences, and each computes a part of them
   * @throws EngramException if the scope trains nothing, trains all weights in bfloat16, or has
   *     dropout
   */
  public Trainer(
      LanguageModel model,
      TrainingScope scope,
      OptimizerSettings settings,
      long seed,
      boolean checkpointed,
      WorkerGroup group) {
    this.model = model;
    this.group = group;
    this.decoder = model.decoder();
    this.scope = scope;
    this.settings = settings;
    TrainingScope.Lora lora = scope.lora();
    if (lora == null && model.dtype().sizeBytes() < 4) {
      throw EngramException.usage(
          "Training all weights in "
              + model.dtype().configName()
              + " would lose small updates to rounding.\n"
              + "Use float32, or train adapters (LoRA).");
    }
    if (lora != null && lora.dropout() != 0) {
      throw EngramException.usage(
          "dropout = %s: adapters with dropout aren't supported; it must be 0."
              .formatted(lora.dropout()));
    }
    NewAdapters.merge(decoder.parameters());
    trained = new TrainedWeights(decoder, scope, RandomStream.of(seed, "lora", 0, 0));
    pass = new TrainingPass(decoder, trained, checkpointed);
    owners = group.sharesState() ? group.owners(sizes()) : null;
    List<String> own = ownNames();
    optimizer =
        switch (settings.algorithm()) {
          case ADAMW -> new Optimizer.AdamW(settings, trained, own);
          case SGD -> new Optimizer.Sgd(settings, trained, own);
        };
  }

  private int[] sizes() {
    return trained.names().stream()
        .mapToInt(name -> Math.toIntExact(trained.weight(name).numel()))
        .toArray();
  }

  /** The weights that this worker updates. */
  private List<String> ownNames() {
    List<String> names = trained.names();
    int[] worker = owners;
    return worker == null
        ? names
        : IntStream.range(0, worker.length)
            .filter(i -> worker[i] == group.rank())
            .mapToObj(names::get)
            .toList();
  }

  /**
   * Adds the gradient of the sequences' summed losses.
   *
   * @return each sequence's loss, in the order given
   */
  public double[] accumulate(List<TrainingSequence> sequences) {
    return accumulate(sequences, false);
  }

  /**
   * The same, of the last sequences before the gradient is used: a group's workers begin to sum
   * each layer's gradient while they compute that of the layers below. {@link #accumulate} must not
   * be called again until it has been used.
   */
  public double[] accumulateLast(List<TrainingSequence> sequences) {
    return accumulate(sequences, true);
  }

  private double[] accumulate(List<TrainingSequence> sequences, boolean isLast) {
    if (sending != null) {
      throw new IllegalStateException("the gradient's sum was begun and hasn't been used");
    }
    int[] own = group.share(sequences.stream().mapToInt(TrainingSequence::tokens).toArray());
    List<TrainingSequence> mine = Arrays.stream(own).mapToObj(sequences::get).toList();
    double[] losses = new double[sequences.size()];
    Sending begun = isLast && !group.isAlone() ? new Sending() : null;
    sending = begun;
    List<int[]> passes = TrainingPass.Passes.of(mine, model.options().batchTokens());
    for (int p = 0; p < passes.size(); p++) {
      int[] places = passes.get(p);
      IntConsumer done = begun != null && p == passes.size() - 1 ? begun::from : layer -> {};
      double[] part = pass.gradient(Arrays.stream(places).mapToObj(mine::get).toList(), done);
      for (int i = 0; i < places.length; i++) {
        losses[own[places[i]]] = part[i];
      }
    }
    isPart = !group.isAlone();
    if (begun != null) {
      begun.rest();
    }
    return group.sum(losses);
  }

  /**
   * Sums of gradients over the group: the LM head's, the layers' from the last to the first, the
   * rest.
   */
  private final class Sending {
    private final WorkerGroup.Sums sums = group.sums();
    private final Set<String> left = new LinkedHashSet<>(trained.names());
    private int next = decoder.config().layers();

    /** Begins those of this layer and all above; the head counts as the layer above the last. */
    void from(int layer) {
      for (; next >= layer; next--) {
        begin(left.stream().filter(name -> layerOf(name) == next).toList());
      }
    }

    void rest() {
      from(0);
      begin(List.copyOf(left));
    }

    private int layerOf(String name) {
      WeightNames names = decoder.config().names();
      return name.equals(names.ownHead())
          ? decoder.config().layers()
          : names.layerOf(name).orElse(-1);
    }

    private void begin(List<String> names) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        sums.begin(names.stream().map(trained::gradient).toList());
      }
      names.forEach(left::remove);
    }
  }

  /** Sums the gradient over the group, unless that is done. */
  private void gather() {
    Sending begun = sending;
    if (begun != null) {
      sending = null;
      begun.sums.await();
    } else if (isPart) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        group.sum(trained.names().stream().map(trained::gradient).toList());
      }
    }
    isPart = false;
  }

  /**
   * Replaces the gradient g summed so far by the sequences' gradient at {@code θ + ρ g/‖g‖}, near
   * the worst point within ρ of the weights θ; the weights stay as they are, also if this fails.
   * Does nothing if g is zero, NaN or infinite.
   *
   * <p><b>Source:</b> Foret et al. 2021, "Sharpness-Aware Minimization", Eq. 2 and 3; in
   * unlearning, on the forget loss alone: Fan et al. 2025, "Towards LLM Unlearning Resilient to
   * Relearning Attacks".
   *
   * @param rho ρ, above 0
   * @param sequences those whose gradient was summed since the last update
   */
  public void sharpen(double rho, List<TrainingSequence> sequences) {
    gather();
    double norm;
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      norm = gradientNorm();
    }
    if (norm == 0 || !Double.isFinite(norm)) {
      return;
    }
    try (WeightLine line = new WeightLine(trained)) {
      isWhole = false;
      try {
        ascend(rho / norm);
        accumulate(sequences);
      } finally {
        line.to(0);
        isWhole = true;
      }
    }
  }

  /** Moves the weights along the gradient and sets it to zero. */
  private void ascend(double factor) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (String name : trained.names()) {
        trained.weight(name).detach().add_(trained.gradient(name), new Scalar(factor));
      }
      trained.zeroGradients();
    }
  }

  /** Sets the gradient summed so far aside and starts a new sum; {@link #combine} combines both. */
  public void setAside() {
    gather();
    if (pair == null) {
      pair = new GradientPair(trained);
    }
    pair.setAside();
  }

  /** Combines the gradient that was set aside with the one summed since. */
  public void combine(GradientRule rule) {
    if (pair == null) {
      throw new IllegalStateException("no gradient was set aside");
    }
    gather();
    pair.combine(rule);
  }

  /**
   * Updates the weights with the summed gradient and sets it to zero.
   *
   * @return the gradient's norm before clipping
   * @throws EngramException if the norm is NaN or infinite, before any weight is changed
   */
  public double update(double learningRate) {
    double norm = prepareGradients();
    isWhole = false;
    finishUpdate(learningRate * stretch);
    isWhole = true;
    return norm;
  }

  /**
   * The same, with a fitted step length: the step is tried forwards and backwards, and gets the
   * length that is best for a loss. Later updates are scaled alike, until the next fit.
   *
   * <p><b>Source:</b> {@link WeightLine.ParabolaStep}.
   *
   * @param judges the sequences whose summed loss is minimised
   * @param here that loss now
   */
  public double fittedUpdate(double learningRate, List<TrainingSequence> judges, double here) {
    double norm = prepareGradients();
    try (WeightLine line = new WeightLine(trained)) {
      isWhole = false;
      finishUpdate(learningRate * stretch);
      double ahead = loss(judges);
      line.to(-1);
      double length = WeightLine.ParabolaStep.length(loss(judges), here, ahead);
      line.to(length);
      stretch *= length;
      isWhole = true;
    }
    return norm;
  }

  private double loss(List<TrainingSequence> sequences) {
    int[] own = group.share(sequences.stream().mapToInt(TrainingSequence::tokens).toArray());
    List<TrainingSequence> mine = Arrays.stream(own).mapToObj(sequences::get).toList();
    double part =
        TrainingPass.Passes.of(mine, model.options().batchTokens()).stream()
            .mapToDouble(places -> pass.loss(Arrays.stream(places).mapToObj(mine::get).toList()))
            .sum();
    return group.sum(new double[] {part})[0];
  }

  private double prepareGradients() {
    gather();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      double norm = gradientNorm();
      if (!Double.isFinite(norm)) {
        throw EngramException.usage(
            "Update "
                + (updates + 1)
                + ": the gradient is "
                + norm
                + "; training has diverged. The update was not applied.\n"
                + "Use a smaller learning rate, or clip the gradient's norm.");
      }
      if (settings.clipNorm() > 0) {
        scaleGradients(Math.min(1, settings.clipNorm() / (norm + 1e-6)));
      }
      return norm;
    }
  }

  private void finishUpdate(double learningRate) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      optimizer.step(learningRate);
      if (owners != null) {
        group.broadcast(
            trained.names().stream().map(name -> trained.weight(name).detach()).toList(), owners);
      }
      trained.zeroGradients();
    }
    updates++;
  }

  /**
   * Whether weights and optimizer state are those after the last complete update. False once an
   * update has failed that had begun to change them: they can't be saved to resume from.
   */
  public boolean isWhole() {
    return isWhole;
  }

  /** The factor by which fits have stretched the learning rate; 1 at the start. */
  public double stretch() {
    return stretch;
  }

  private double gradientNorm() {
    double squares = 0;
    for (String name : trained.names()) {
      double own = Tensors.norm(trained.gradient(name));
      squares += own * own;
    }
    return Math.sqrt(squares);
  }

  /** Whether all trained weights are finite. */
  public boolean isFinite() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      return trained.names().stream()
          .allMatch(name -> Double.isFinite(Tensors.norm(trained.weight(name))));
    }
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

  /**
   * Writes trained weights and optimiser state; {@link #loadState} resumes from them bit for bit.
   * Workers that share the state must all write their parts into the same folder.
   */
  public void saveState(Path folder) {
    TrainerState state = new TrainerState(trained, optimizer);
    if (group.leads()) {
      state.save(folder, updates, stretch);
    } else {
      state.savePart(folder, group.rank());
    }
  }

  /** Reads what {@link #saveState} wrote for the same model and scope, by any number of workers. */
  public void loadState(Path folder) {
    TrainerState.Counts counts = new TrainerState(trained, optimizer).load(folder);
    updates = counts.updates();
    stretch = counts.stretch();
    isWhole = true;
  }

  /** Writes the trained weights without the optimiser's state; creates the folder. */
  public void saveWeights(Path folder) {
    create(folder);
    new TrainerState(trained, optimizer).saveWeights(folder);
  }

  /** Writes a copy of earlier weights as {@link #saveWeights} does. */
  public static void saveWeights(WeightCopy copy, Path folder) {
    create(folder);
    copy.write(TrainerState.weights(folder));
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be created: " + e.getMessage(), e);
    }
  }

  /** Copies the trained weights. */
  public void copyWeights(WeightCopy into) {
    into.take(trained.all());
  }

  /** Sets the trained weights to those of a copy. */
  public void setWeights(WeightCopy copy) {
    copy.putBack(trained.all());
  }

  /**
   * Scales what training has changed: {@code θ ← θ_0 + s (θ − θ_0)}; of adapters, what they add.
   *
   * @param origin the model before training, with θ_0; null where adapters are trained
   * @param share s
   */
  public void scaleChange(@Nullable LanguageModel origin, double share) {
    trained.scaleChange(origin == null ? null : origin.decoder().parameters(), share);
  }

  /** Bytes of the trained weights. */
  public long weightBytes() {
    return trained.all().values().stream().mapToLong(Tensor::nbytes).sum();
  }

  /** Sets the trained weights to those that {@link #saveWeights} wrote. */
  public void loadWeights(Path folder) {
    new TrainerState(trained, optimizer).loadWeights(folder);
  }

  /**
   * Writes the current model with adapters merged; for LoRA also the adapter, in PEFT's format.
   *
   * @param dtype number format of the merged weights
   * @param adapter the adapter's folder; ignored if the weights themselves are trained
   */
  public void saveModel(Path folder, Dtype dtype, Path adapter) {
    model.save(folder, dtype);
    if (scope.lora() != null) {
      saveAdapter(adapter, Map.of());
    }
  }

  /**
   * Writes what LoRA has learnt as a PEFT adapter of the base model. If the model was opened with
   * an adapter, the result does the work of both.
   *
   * @param texts more files of the folder by name
   * @throws EngramException if the folder can't be written or the earlier adapter is DoRA
   */
  public void saveAdapter(Path folder, Map<String, String> texts) {
    TrainingScope.Lora lora = scope.lora();
    if (lora == null) {
      throw new IllegalStateException("all weights were trained; there is no adapter");
    }
    model.saveAdapter(folder, lora.rank(), lora.alpha(), texts);
  }

  @Override
  public void close() {
    if (sending != null) {
      awaitSums();
    }
    if (pair != null) {
      pair.close();
    }
    optimizer.close();
    trained.close();
  }

  /** An update that isn't made: the others sum all the same. */
  private void awaitSums() {
    try {
      gather();
    } catch (WorkerGroup.Lost e) {
      // Then the tensors are nobody's any more.
    }
  }
}
