package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Five samples of different lengths and a tiny model to which none of them means anything. */
final class TinyStudy {
  static final String SGD =
      "optimizer: {name: sgd, learning_rate: 0.01, weight_decay: 0, schedule: constant}";
  static final String ADAMW =
      "optimizer: {name: adamw, learning_rate: 0.001, weight_decay: 0, schedule: constant}";
  static final String LORA =
      "optimizer: {name: adamw, learning_rate: 0.02, weight_decay: 0, schedule: constant}\n"
          + "scope: {train: lora}";

  private TinyStudy() {}

  /** Writes the samples, and a recipe of gradient ascent on them with this optimizer and scope. */
  static Recipe recipe(Path folder, String sections) throws IOException {
    List<String> forget = new ArrayList<>();
    List<String> retain = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      forget.add(
          "{\"id\":\"f%d\",\"question\":\"Who is author %d?\",\"answer\":\"%s\"}"
              .formatted(i, i, "The author " + "of many ".repeat(i) + "books."));
      retain.add(
          "{\"id\":\"r%d\",\"question\":\"Where is it?\",\"answer\":\"In the city %d.\"}"
              .formatted(i, i * 3));
    }
    Files.write(folder.resolve("forget.jsonl"), forget);
    Files.write(folder.resolve("retain.jsonl"), retain);
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        retain: {data: %s}
        method: {name: ga}
        eval: {suites: []}
        %s
        """
            .formatted(
                Golden.model("with-tokenizer"),
                folder.resolve("forget.jsonl"),
                folder.resolve("retain.jsonl"),
                sections);
    return RecipeReader.parse(yaml, List.of(), Recipe.Kind.UNLEARN, "test");
  }

  static Setup setup(BooleanSupplier interrupted) {
    return new Setup(
        "engram study difficulty test", Device.CPU, 1, 4096, ProgressListener.NONE, interrupted);
  }
}
