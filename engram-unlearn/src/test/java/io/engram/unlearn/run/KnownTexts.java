package io.engram.unlearn.run;

import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Recipes that make a tiny model forget what it partly knows, in a folder. */
record KnownTexts(Path folder) {
  /** Forget texts that the tiny model partly knows; it doesn't know the others. */
  void writeData() throws IOException {
    JsonNode texts = Golden.json("memorization.json").path("models").path("gqa-tied");
    List<String> forget = new ArrayList<>();
    for (int i : new int[] {0, 1, 2, 3}) {
      forget.add("{\"id\": \"t%d\", \"ids\": %s}".formatted(i, texts.get(i).path("ids")));
    }
    Files.write(folder.resolve("forget.jsonl"), forget);
    Files.write(folder.resolve("retain.jsonl"), random(10, "r"));
    Files.write(folder.resolve("controls.jsonl"), random(24, "c"));
  }

  static List<String> random(int n, String prefix) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<Integer> ids = new ArrayList<>();
      for (int t = 0; t < 14; t++) {
        ids.add(3 + (i * 31 + t * t * 17 + prefix.charAt(0) * 7) % 60);
      }
      lines.add("{\"id\": \"%s%d\", \"ids\": %s}".formatted(prefix, i, ids));
    }
    return lines;
  }

  Recipe recipe(String... overrides) {
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        retain: {data: %s}
        controls: {data: %s}
        method: {name: grad_diff, retain_bound: 5}
        optimizer: {learning_rate: 1.0e-3, schedule: constant}
        budget: {epochs: 40, batch: 2, accumulate: 1}
        stop: {rule: controls}
        eval: {suites: []}
        """
            .formatted(
                Golden.model("gqa-tied"),
                folder.resolve("forget.jsonl"),
                folder.resolve("retain.jsonl"),
                folder.resolve("controls.jsonl"));
    return RecipeReader.parse(yaml, List.of(overrides), Recipe.Kind.UNLEARN, "test");
  }
}
