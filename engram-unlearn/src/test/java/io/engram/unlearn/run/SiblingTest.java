package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers that stand side by side are of the same files. */
class SiblingTest {
  private static final String RECIPE = "forget: {data: tofu:forget10}\n";
  private static final Recipe OWN =
      RecipeReader.parse(RECIPE, List.of(), Recipe.Kind.UNLEARN, "test");

  @TempDir Path folder;

  private static Manifest manifest(String model, String hash, Map<String, String> data) {
    return new Manifest(
        "code", "command", "recipe", model, hash, data, "cpu", "float32", "plain", 1, Map.of(),
        "start", null, "running");
  }

  private Siblings.Sibling earlier() {
    try (RunFolder run = RunFolder.create(folder.resolve("earlier"))) {
      run.writeManifest(manifest("mini", "a", Map.of("forget", "f", "retain", "r")));
      run.writeRecipe(RECIPE);
    }
    return Siblings.Sibling.in(folder.resolve("earlier"), OWN).orElseThrow();
  }

  @Test
  void whatOnlyOneOfThemNamesMayDiffer() {
    Siblings.Sibling earlier = earlier();
    Path own = folder.resolve("own");
    assertThatCode(
            () -> {
              earlier.requireSameFiles(own, manifest("mini", "a", Map.of("forget", "f")));
              earlier.requireSameFiles(own, manifest("other", "b", Map.of("more", "m")));
            })
        .doesNotThrowAnyException();
  }

  /** A model that was trained anew in the meantime, and a list that was added to. */
  @Test
  void whatBothNameIsTheSame() {
    Siblings.Sibling earlier = earlier();
    Path own = folder.resolve("own");
    assertThatThrownBy(
            () ->
                earlier.requireSameFiles(
                    own, manifest("mini", "b", Map.of("forget", "g", "retain", "r"))))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage(
            "%s is to be compared with %s, which was made from different versions of these "
                + "files: mini, forget.%nRestore them, or name a new folder with --out.",
            own, folder.resolve("earlier"));
  }

  @Test
  void aFolderWithoutARunIsNone() {
    assertThat(Siblings.Sibling.in(folder.resolve("none"), OWN)).isEmpty();
  }
}
