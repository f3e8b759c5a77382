package io.engram.unlearn.recipe;

import io.engram.testkit.Golden;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.YamlMutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile recipes and settings on the command line. */
class RecipeFuzzTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tofu/mini-npo-mrd", "forget"})
  void recipes(String name) throws Exception {
    String valid = Files.readString(Golden.repository("recipes/" + name + ".yaml"));
    Path file = folder.resolve("r.yaml");
    Fuzz.run(
        "recipe " + name,
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid.replaceAll("(?m) *#.*$", "")),
        bytes -> {
          Files.write(file, bytes);
          Recipe recipe = RecipeReader.read(file, List.of(), Recipe.Kind.UNLEARN);
          RecipeReader.resolved(
              RecipeWriter.yaml(recipe), List.of(), Recipe.Kind.UNLEARN, "written");
        });
  }

  @Test
  void settings() throws Exception {
    String recipe = Files.readString(Golden.repository("recipes/tofu/mini-npo.yaml"));
    String valid = "order={name: mrd, estimator: {name: antithetic, sigma: 1e-3, draws: 8}}";
    Fuzz.run(
        "settings of a recipe",
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid),
        bytes ->
            RecipeReader.parse(
                recipe,
                List.of(new String(bytes, StandardCharsets.UTF_8)),
                Recipe.Kind.UNLEARN,
                "r.yaml"));
  }
}
