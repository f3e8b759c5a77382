package io.engram.unlearn.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.settings.Schema;
import io.engram.core.settings.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RecipeWriterTest {
  private static void assertParsesBack(Recipe recipe, Recipe.Kind kind) {
    String yaml = RecipeWriter.yaml(recipe);
    assertThat(RecipeReader.parse(yaml, List.of(), kind, "again")).as(yaml).isEqualTo(recipe);
  }

  @Test
  void aResolvedRecipeParsesBack() {
    assertParsesBack(RecipeReaderTest.unlearn(RecipeReaderTest.SMALLEST), Recipe.Kind.UNLEARN);
    assertParsesBack(
        RecipeReaderTest.unlearn(
            RecipeReaderTest.SMALLEST,
            "retain.data=[r.csv, tofu:retain90]",
            "method={name: npo, beta: 1e-7, reduction: mean}",
            "order={name: mrd, weight: inverse, estimator: {name: shared, sigma: 1.5e-4}}",
            "scope={train: lora, alpha: 0.1, layers: [3]}",
            "budget.updates=9",
            "eval={suites: [], limit: 3}",
            "seed=9223372036854775807"),
        Recipe.Kind.UNLEARN);
    assertParsesBack(
        RecipeReaderTest.unlearn(
            RecipeReaderTest.SMALLEST, "order={name: mrd, estimator: {sigma: auto, draws: auto}}"),
        Recipe.Kind.UNLEARN);
    assertParsesBack(
        RecipeReaderTest.unlearn(
            RecipeReaderTest.SMALLEST,
            "order={name: mrd, estimator: {name: predicted_updates, until: 2, scope: all}}"),
        Recipe.Kind.UNLEARN);
    assertParsesBack(
        RecipeReader.parse("train: {data: a.txt}", List.of(), Recipe.Kind.FINETUNE, "first"),
        Recipe.Kind.FINETUNE);
  }

  @Test
  void textsComeBackWhateverTheyLookLike() {
    for (String path : List.of("off", "1e-5", "null", "~", "a: b", "# x", " x ", "- y", "é\n\"'")) {
      Recipe recipe = RecipeReaderTest.unlearn(RecipeReaderTest.SMALLEST);
      ModelSection model =
          new ModelSection(
              path,
              ModelSection.DtypeChoice.BFLOAT16,
              new TemplateSpec.Pair("Q: {question}\n\nA:\t", " {answer}" + path),
              path,
              false,
              ModelSection.DtypeChoice.FLOAT32);
      assertParsesBack(
          new Recipe(
              model,
              recipe.forget(),
              recipe.retain(),
              recipe.train(),
              recipe.controls(),
              recipe.method(),
              recipe.order(),
              recipe.optimizer(),
              recipe.scope(),
              recipe.budget(),
              recipe.stop(),
              recipe.eval(),
              recipe.trials(),
              recipe.seed()),
          Recipe.Kind.UNLEARN);
    }
  }

  @Test
  void everyKeyOfTheChoicesIsWrittenAndNoOther() {
    String yaml =
        RecipeWriter.yaml(
            RecipeReaderTest.unlearn(
                RecipeReaderTest.SMALLEST, "method={name: npo, retain_weight: 0}"));
    List<String> written = new ArrayList<>();
    collect(Yaml.read(yaml, "written"), "", written);
    Map<String, String> chosen =
        Map.of(
            "method",
            "npo",
            "order",
            "uniform",
            "optimizer",
            "adamw",
            "scope",
            "all",
            "stop",
            "budget");
    assertThat(written)
        .containsExactlyInAnyOrderElementsOf(
            RecipeKeys.all().stream()
                .filter(
                    key ->
                        key.of().isEmpty()
                            || key.of().contains(chosen.get(key.path().replaceAll("\\..*", ""))))
                .map(Schema.Key::path)
                .toList());
  }

  private static void collect(JsonNode section, String prefix, List<String> paths) {
    section
        .properties()
        .forEach(
            property -> {
              if (property.getValue().isObject()) {
                collect(property.getValue(), prefix + property.getKey() + ".", paths);
              } else {
                paths.add(prefix + property.getKey());
              }
            });
  }
}
