package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.RecipeKeys;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class RecipeKeysPageTest {
  /** Mended by: ./engram recipe explain --markdown > docs/recipe-keys.md */
  @Test
  void thePageOfKeysIsWhatTheRecordsSay() throws IOException {
    assertThat(Files.readString(Golden.repository("docs/recipe-keys.md")))
        .isEqualTo(RecipeKeys.page());
  }
}
