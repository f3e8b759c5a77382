package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramHome;
import io.engram.core.settings.Choices;
import io.engram.unlearn.difficulty.MrdScore;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recipe that comes with Engram, and a recipe for every row of the paper's tables. */
class RecipesTest {
  private static final Path FOLDER = EngramHome.resolve("recipes");

  /**
   * The rows of Tables 1, 4, 5 and 6, without and with MRD; the models, the published one first.
   */
  private static final Map<String, List<String>> METHODS =
      Map.of(
          "tofu", List.of("ga", "grad-diff", "po", "npo"),
          "wmdp", List.of("ga", "grad-diff", "npo"),
          "whp", List.of("grad-diff", "po", "npo"),
          "safe", List.of("grad-diff", "po", "npo"));

  private static final Map<String, List<String>> MODELS =
      Map.of(
          "tofu", List.of("llama2-7b", "smollm2", "mini"),
          "wmdp", List.of("zephyr-7b", "smollm2", "mini"),
          "whp", List.of("llama2-7b", "smollm2", "mini"),
          "safe", List.of("llama2-7b", "smollm2", "mini"));

  static List<Path> all() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  static List<String> rows() {
    List<String> rows = new ArrayList<>();
    METHODS.forEach(
        (task, methods) ->
            of(MODELS, task)
                .forEach(model -> methods.forEach(m -> rows.add(task + "/" + model + "-" + m))));
    return rows;
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasNoFaultAndBeginsWithTheCommandThatRunsIt(Path file) throws IOException {
    String text = Files.readString(file);
    Recipe.Kind kind = Recipe.Kind.of(text);
    assertThat(RecipeReader.read(file, List.of(), kind).model().path()).isNotEmpty();
    String verb = kind == Recipe.Kind.FINETUNE ? "finetune" : "(unlearn|study difficulty)";
    String path = "recipes/" + FOLDER.relativize(file).toString().replace('\\', '/');
    assertThat(text.lines().findFirst().orElse(""))
        .matches("# engram " + verb + " " + path + "( .*)?");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyRowHasItsRecipeInBothOrdersThatDifferInNothingElse(String row) {
    Recipe uniform = read(row);
    Recipe mrd = read(row + "-mrd");
    assertThat(Choices.nameOf(uniform.order())).isEqualTo("uniform");
    assertThat(Choices.nameOf(mrd.order())).isEqualTo("mrd");
    String method =
        row.substring(row.lastIndexOf('/') + 1)
            .replaceFirst("^(llama2-7b|zephyr-7b|smollm2|mini)-", "")
            .replace('-', '_');
    assertThat(Choices.nameOf(mrd.method())).isEqualTo(method);
    assertThat(withoutOrder(mrd)).isEqualTo(withoutOrder(uniform));
  }

  @Test
  void publishedBudgetsAreThePapers() {
    for (String method : of(METHODS, "tofu")) {
      assertThat(read("tofu/llama2-7b-" + method).budget().epochs())
          .isEqualTo(method.equals("npo") ? 4 : 5);
    }
    for (String method : of(METHODS, "wmdp")) {
      assertThat(read("wmdp/zephyr-7b-" + method).budget().updates()).isEqualTo(500);
    }
    for (String task : List.of("whp", "safe")) {
      for (String method : of(METHODS, task)) {
        Recipe recipe = read(task + "/llama2-7b-" + method + "-mrd");
        assertThat(recipe.budget().epochs()).isEqualTo(5);
        assertThat(recipe.forget().draw()).isEqualTo(200);
        assertThat(((MrdScore) recipe.estimator()).draws()).isEqualTo(200);
      }
    }
  }

  @Test
  void everySuiteThatARecipeNamesIsThere() throws IOException {
    List<String> known = Suites.names();
    for (Path file : all()) {
      Recipe recipe = RecipeReader.read(file, List.of(), Recipe.Kind.of(Files.readString(file)));
      assertThat(recipe.eval().suites())
          .as("suites of %s", file)
          .allMatch(suite -> known.contains(suite.split(":", 2)[0]));
    }
  }

  private static List<String> of(Map<String, List<String>> names, String task) {
    return names.getOrDefault(task, List.of());
  }

  private static Recipe read(String name) {
    return RecipeReader.read(FOLDER.resolve(name + ".yaml"), List.of(), Recipe.Kind.UNLEARN);
  }

  private static String withoutOrder(Recipe recipe) {
    return RecipeWriter.yaml(recipe).replaceAll("(?s)\norder:.*?\noptimizer:", "\noptimizer:");
  }
}
