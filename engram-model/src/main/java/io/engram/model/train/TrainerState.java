package io.engram.model.train;

import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.checkpoint.SafetensorsWriter;
import io.engram.model.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The files with trained weights and optimiser state, from which training resumes bit for bit: one,
 * or one for each worker's part of the state.
 */
record TrainerState(TrainedWeights trained, Optimizer optimizer) {
  private static final String FILE = "state.safetensors";
  private static final String PART = "state-%d.safetensors";
  private static final String WEIGHTS = "weights.safetensors";

  /**
   * Numbers of a trainer beside its tensors.
   *
   * @param updates updates made
   * @param stretch by how much fits have stretched the learning rate
   */
  record Counts(long updates, double stretch) {}

  void save(Path folder, long updates, double stretch) {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      trained.all().forEach((name, weight) -> tensors.put("weight." + name, weight.detach()));
      tensors.putAll(optimizer.state());
      tensors.put("updates", number((double) updates));
      tensors.put("stretch", number(stretch));
      SafetensorsWriter.write(folder.resolve(FILE), tensors, null);
    }
  }

  /** Writes a worker's part of the optimiser's state. */
  void savePart(Path folder, int rank) {
    SafetensorsWriter.write(
        folder.resolve(PART.formatted(rank + 1)), new LinkedHashMap<>(optimizer.state()), null);
  }

  /** Writes the trained weights alone. */
  void saveWeights(Path folder) {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      trained.all().forEach((name, weight) -> tensors.put(name, weight.detach()));
      SafetensorsWriter.write(weights(folder), tensors, null);
    }
  }

  /** The file of the trained weights alone. */
  static Path weights(Path folder) {
    return folder.resolve(WEIGHTS);
  }

  /** Sets the weights to those that {@link #saveWeights} wrote. */
  void loadWeights(Path folder) {
    try (SafetensorsFile file = new SafetensorsFile(weights(folder));
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      trained.all().forEach((name, weight) -> weight.detach().copy_(file.tensor(name)));
    }
  }

  private static Tensor number(double value) {
    return torch.zeros(new long[] {1}, Tensors.options(ScalarType.Double)).fill_(new Scalar(value));
  }

  Counts load(Path folder) {
    for (int rank = 1; Files.exists(folder.resolve(PART.formatted(rank + 1))); rank++) {
      try (SafetensorsFile part = new SafetensorsFile(folder.resolve(PART.formatted(rank + 1)))) {
        loadState(part);
      }
    }
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve(FILE));
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      trained.all().forEach((name, weight) -> weight.detach().copy_(file.tensor("weight." + name)));
      loadState(file);
      long updates = (long) file.tensor("updates").item_double();
      optimizer.restoreStep(updates);
      return new Counts(updates, file.tensor("stretch").item_double());
    }
  }

  /** Reads the part of the optimiser's state that is in a file. */
  private void loadState(SafetensorsFile file) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      optimizer
          .state()
          .forEach(
              (name, tensor) -> {
                if (file.shapes().containsKey(name)) {
                  tensor.copy_(file.tensor(name));
                }
              });
    }
  }
}
