package io.engram.unlearn.recipe;

import static io.engram.unlearn.recipe.Recipe.Kind.FINETUNE;
import static io.engram.unlearn.recipe.Recipe.Kind.UNLEARN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RecipeKindTest {
  @Test
  void isToldByWhatWasWritten() {
    assertThat(Recipe.Kind.of("forget: {data: tofu:forget01}\n")).isEqualTo(UNLEARN);
    assertThat(Recipe.Kind.of("scope: {train: all}\nforget: {data: a.csv}\n")).isEqualTo(UNLEARN);
    assertThat(Recipe.Kind.of("train: {data: a.csv}\n")).isEqualTo(FINETUNE);
    assertThat(Recipe.Kind.of("seed: 1\ntrain:\n  data:\n    - a.csv\n")).isEqualTo(FINETUNE);
    assertThat(Recipe.Kind.of("method: {name: finetune}\n")).isEqualTo(FINETUNE);
  }

  @Test
  void aResolvedRecipeKeepsItsKind() {
    assertThat(Recipe.Kind.of(resolved("forget.data=tofu:forget01", UNLEARN))).isEqualTo(UNLEARN);
    assertThat(Recipe.Kind.of(resolved("train.data=tofu:forget01", FINETUNE))).isEqualTo(FINETUNE);
  }

  private static String resolved(String data, Recipe.Kind kind) {
    return RecipeWriter.yaml(RecipeReader.parse("", List.of(data), kind, "test"));
  }
}
