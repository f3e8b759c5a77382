package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecipeCommandTest {
  @TempDir Path folder;

  @Test
  void checkPrintsTheResolvedRecipe() throws Exception {
    Path recipe = recipe("forget: {data: tofu:forget01}\n");
    Cli.Ran ran = Cli.run("recipe", "check", recipe, "method.name=ga");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("learning_rate: ", "seed: 42");
    assertThat(ran.err()).contains("has no faults");
  }

  @Test
  void checkTellsEveryFaultWithTheNearestKey() throws Exception {
    Path recipe =
        recipe(
            "forget: {data: tofu:forget01}\nmehtod: {name: npo}\noptimizer: {learning_rate: fast}\n");
    Cli.Ran ran = Cli.run("recipe", "check", recipe);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("2 faults", "mehtod", "nearest is method", "learning_rate");
    assertThat(ran.err()).doesNotContain("\tat ");
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void aTrainSectionMakesItAFinetuneRecipe() throws Exception {
    Path recipe = recipe("train:\n  data: tofu:forget01\n");
    assertThat(Cli.run("recipe", "check", recipe).exitCode()).isZero();
    Path other = recipe("train: {data: tofu:forget01}\n");
    assertThat(Cli.run("recipe", "check", other).exitCode()).isZero();
  }

  @Test
  void aMissingRecipeIsAFileFault() {
    Cli.Ran ran = Cli.run("recipe", "check", folder.resolve("none.yaml"));
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.err()).contains("none.yaml does not exist");
  }

  @Test
  void explainsAKey() {
    Cli.Ran ran = Cli.run("recipe", "explain", "order.estimator.sigma");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("order.estimator.sigma", "default", "values");
  }

  @Test
  void explainsASectionAndEverything() {
    assertThat(Cli.run("recipe", "explain", "optimizer").out())
        .contains("optimizer.learning_rate")
        .doesNotContain("model.path");
    Cli.Ran all = Cli.run("recipe", "explain", "--json");
    assertThat(JsonFiles.mapper().readTree(all.out()).path("keys").size()).isGreaterThan(30);
  }

  @Test
  void explainNamesTheNearestKey() {
    Cli.Ran ran = Cli.run("recipe", "explain", "optimizer.learning_rat");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("nearest is optimizer.learning_rate");
  }

  private Path recipe(String yaml) throws Exception {
    return Files.writeString(folder.resolve("recipe.yaml"), yaml);
  }
}
