package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ProgressListener;
import io.engram.core.run.RunFolder;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Recipes of a tiny model on six made-up authors, and their runs, in a folder. */
record SmallRuns(Path folder) {
  /** The model has learned no end token, so its answers are as long as this lets them be. */
  private static final int CONTEXT = 128;

  /** For prompts that ask for other answers. */
  private static final Path LONG_CONTEXT = Golden.model("with-tokenizer");

  void writeData() throws IOException {
    writeModel();
    List<String> forget = new ArrayList<>();
    List<String> retain = new ArrayList<>();
    List<String> alternatives = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      forget.add(
          "{\"id\":\"f%d\",\"question\":\"Who is author %d?\",\"answer\":\"The author %d.\"}"
              .formatted(i, i, i * 7));
      retain.add(
          "{\"id\":\"r%d\",\"question\":\"Where is it %d?\",\"answer\":\"In the city %d.\"}"
              .formatted(i, i, i * 3));
      alternatives.add(
          "{\"id\":\"f%d\",\"answers\":[\"Nobody.\",\"The painter %d.\"]}".formatted(i, i));
    }
    Files.write(folder.resolve("forget.jsonl"), forget);
    Files.write(folder.resolve("alternatives.jsonl"), alternatives);
    Files.write(folder.resolve("retain.jsonl"), retain);
  }

  private void writeModel() throws IOException {
    Path from = Golden.model("with-tokenizer");
    Path to = Files.createDirectories(model());
    for (String file : List.of("model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(from.resolve(file), to.resolve(file));
    }
    String config = Files.readString(from.resolve("config.json"));
    String context = "\"max_position_embeddings\": ";
    assertThat(config).contains(context + 2048);
    Files.writeString(to.resolve("config.json"), config.replace(context + 2048, context + CONTEXT));
  }

  private Path model() {
    return folder.resolve("with-tokenizer");
  }

  /** A recipe; FOLDER in the method stands for the folder. */
  Recipe recipe(String method, String order) {
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        retain: {data: %s}
        method: {%s}
        order: {%s}
        optimizer: {learning_rate: 1.0e-3, warmup_updates: 1}
        budget: {epochs: 3, batch: 2, accumulate: 1}
        eval: {suites: []}
        """
            .formatted(
                method.contains("sampled_alternatives") ? LONG_CONTEXT : model(),
                folder.resolve("forget.jsonl"),
                folder.resolve("retain.jsonl"),
                method.replace("FOLDER", folder.toString()),
                order);
    return RecipeReader.parse(yaml, List.of(), Recipe.Kind.UNLEARN, "test");
  }

  static Setup setup(BooleanSupplier interrupted) {
    return new Setup(
        "engram unlearn test", Device.CPU, 1, 4096, ProgressListener.NONE, interrupted);
  }

  Path run(String name, Recipe recipe) {
    Path out = folder.resolve(name);
    try (RunFolder run = RunFolder.create(out)) {
      assertThat(Experiment.run(recipe, run, setup(() -> false)).status()).isEqualTo("done");
    }
    return out;
  }

  static byte[] weights(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("model/model.safetensors"));
  }

  /** NPO on low-rank additions. */
  Recipe lora(String more) {
    Recipe plain = recipe("name: npo", "name: uniform");
    return RecipeReader.parse(
        RecipeWriter.yaml(plain),
        List.of("scope={train: lora, rank: 4, targets: [q_proj, up_proj]" + more + "}"),
        Recipe.Kind.UNLEARN,
        "test");
  }
}
