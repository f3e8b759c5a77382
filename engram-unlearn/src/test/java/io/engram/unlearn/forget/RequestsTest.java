package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;
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

  @Test
  void controlsAreNeitherRequestsNorKept() {
    List<Sample> requests = List.of(Sample.of("r", "Who?", "Ada."));
    List<Sample> keep = List.of(Sample.of("k", "When?", "In May."));
    List<Sample> controls =
        List.of(Sample.of("c0", "Where?", "Here."), Sample.of("c1", "when? ", "in may."));
    assertThatThrownBy(() -> Requests.requireNeverSeen(controls, requests, keep))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("never seen; these are samples to keep: c1.");
    assertThatThrownBy(
            () ->
                Requests.requireNeverSeen(List.of(Sample.of("c", "WHO?", "Ada. ")), requests, keep))
        .hasMessageContaining("these are requests: c.");
    assertThatCode(() -> Requests.requireNeverSeen(controls.subList(0, 1), requests, keep))
        .doesNotThrowAnyException();
  }

  /** They have no texts, which are not the same text for that. */
  @Test
  void tokenIdsAreComparedToo() {
    Sample one = new Sample("1", new Sample.TokenIds(List.of(3), List.of(4)));
    Sample other = new Sample("2", new Sample.TokenIds(List.of(3), List.of(5)));
    assertThatCode(() -> Requests.requireNeverSeen(List.of(one), List.of(other), List.of()))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Requests.requireNeverSeen(List.of(one), List.of(one), List.of()))
        .hasMessageContaining("these are requests: 1.");
  }

  @Test
  void questionsWithTwoAnswersAreNamed() {
    List<Sample> requests =
        List.of(
            Sample.of("a", "Who?", "Ada."),
            Sample.of("b", "Where?", "Here."),
            Sample.of("c", "who?", "Eve."));
    assertThat(Requests.askedTwice(requests)).containsExactly("a and c");
    assertThat(Requests.askedTwice(requests.subList(0, 2))).isEmpty();
  }
}
