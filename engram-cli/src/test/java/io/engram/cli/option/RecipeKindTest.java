package io.engram.cli.option;

import static io.engram.unlearn.recipe.Recipe.Kind.FINETUNE;
import static io.engram.unlearn.recipe.Recipe.Kind.UNLEARN;
import static org.assertj.core.api.Assertions.assertThat;

import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecipeKindTest {
  @Test
  void isToldByWhatWasWritten() {
    assertThat(RecipeKind.of("forget: {data: tofu:forget01}\n")).isEqualTo(UNLEARN);
    assertThat(RecipeKind.of("scope: {train: all}\nforget: {data: a.csv}\n")).isEqualTo(UNLEARN);
    assertThat(RecipeKind.of("train: {data: a.csv}\n")).isEqualTo(FINETUNE);
    assertThat(RecipeKind.of("seed: 1\ntrain:\n  data:\n    - a.csv\n")).isEqualTo(FINETUNE);
    assertThat(RecipeKind.of("method: {name: finetune}\n")).isEqualTo(FINETUNE);
  }

  @Test
  void aResolvedRecipeKeepsItsKind() {
    assertThat(RecipeKind.of(resolved("forget.data=tofu:forget01", UNLEARN))).isEqualTo(UNLEARN);
    assertThat(RecipeKind.of(resolved("train.data=tofu:forget01", FINETUNE))).isEqualTo(FINETUNE);
  }

  private static String resolved(String data, Recipe.Kind kind) {
    return RecipeWriter.yaml(RecipeReader.parse("", List.of(data), kind, "test"));
  }
}
