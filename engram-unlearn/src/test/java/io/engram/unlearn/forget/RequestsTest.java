package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.SampleSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestsTest {
  @TempDir Path folder;

  private Path write(String name, String... rows) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", rows));
  }

  private static String row(String id, String question) {
    return "{\"id\":\"%s\",\"question\":\"%s\",\"answer\":\"Kuwait.\"}".formatted(id, question);
  }

  private void requireSound(Path data, String... keys) {
    String yaml =
        "model: {path: %s}\nforget: {data: %s}\nretain: {data: %s}\nmethod: {name: wga}"
            .formatted(Golden.model("with-tokenizer"), data, data);
    Recipe recipe = RecipeReader.parse(yaml, List.of(keys), Recipe.Kind.UNLEARN, "test");
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      List<Sample> requests =
          SampleSets.load(recipe.forget(), "forget", recipe.seed(), model.samples());
      Requests.requireSound(requests, recipe, model);
    }
  }

  /** One file holds both, and conditions tell them apart. */
  @Test
  void onlyTheRowsToKeepAreCompared() throws IOException {
    Path both = write("both.jsonl", row("0", "Where?"), row("1", "When?"), row("2", "Who?"));
    assertThatCode(() -> requireSound(both, "forget.where=id='0'", "retain.where=id<>'0'"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> requireSound(both, "forget.where=id='0'"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("to be forgotten and to be kept: request 0 and keep row 0.");
  }
}
