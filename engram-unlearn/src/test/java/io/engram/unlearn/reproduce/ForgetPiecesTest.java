package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgetPiecesTest {
  @TempDir private Path folder;

  private String file(String name, int rows) throws IOException {
    List<String> lines =
        IntStream.range(0, rows).mapToObj(i -> "{\"text\": \"%s %d\"}".formatted(name, i)).toList();
    return Files.write(folder.resolve(name + ".jsonl"), lines).toString();
  }

  private static Recipe recipe(List<String> data, String... overrides) {
    return RecipeReader.parse(
        "forget: {data: %s}\n".formatted(JsonFiles.line(data)),
        List.of(overrides),
        Recipe.Kind.UNLEARN,
        "test");
  }

  /** The texts that a run with the key of these pieces forgets. */
  private static List<String> texts(List<String> data, String key, String... overrides) {
    String[] all = List.of(overrides).toArray(new String[overrides.length + 1]);
    all[overrides.length] = key;
    return ModelRecipes.forget(recipe(data, all)).stream()
        .map(sample -> ((Sample.PlainText) sample.content()).text())
        .toList();
  }

  /**
   * 19 rows in quarters of 4, 5, 5 and 5, and 3 of which the first is left empty. The limit comes
   * before the cut, though rows get other numbers by a condition than by a limit alone.
   */
  @Test
  void everySourceIsCutIntoQuarters() throws IOException {
    List<String> data = List.of(file("chapter", 25), file("other", 3));
    ForgetPieces pieces = ForgetPieces.of(recipe(data, "forget.limit=19"));
    assertThat(pieces.rows()).extracting(List::size).containsExactly(4, 6, 6, 6);
    assertThat(texts(data, pieces.key(1, 1), "forget.limit=19"))
        .containsExactly("chapter 0", "chapter 1", "chapter 2", "chapter 3");
    assertThat(texts(data, pieces.key(4, 4), "forget.limit=19"))
        .containsExactly(
            "chapter 14", "chapter 15", "chapter 16", "chapter 17", "chapter 18", "other 2");
    assertThat(texts(data, pieces.key(1, 4), "forget.limit=19"))
        .isEqualTo(texts(data, "forget.limit=19"))
        .hasSize(pieces.size(1, 4));
  }

  @Test
  void aConditionOfTheRecipesOwnStays() throws IOException {
    List<String> data = List.of(file("it's", 12));
    String odd = "forget.where=\"id::int % 2 = 1 or text like '% 0'\"";
    ForgetPieces pieces = ForgetPieces.of(recipe(data, odd));
    assertThat(texts(data, pieces.key(1, 2), odd)).containsExactly("it's 0", "it's 1", "it's 3");
    assertThat(pieces.size(1, 2)).isEqualTo(3);
    assertThat(pieces.size(3, 4)).isEqualTo(4);
  }

  @Test
  void idsAreQuoted() throws IOException {
    String named =
        Files.writeString(
                folder.resolve("named.jsonl"),
                "{'id': 'o#1', 'text': 'one'}\n{'id': 'b\\\\', 'text': 'two'}\n".replace('\'', '"')
                    + "{\"id\": \"it's\", \"text\": \"three\"}\n{\"id\": \"4\", \"text\": \"four\"}\n")
            .toString();
    ForgetPieces pieces = ForgetPieces.of(recipe(List.of(named)));
    assertThat(texts(List.of(named), pieces.key(2, 3))).containsExactly("two", "three");
  }

  /** As Figures 2 and 4 name what they draw: row 1 of "other" is the sixth of all rows, id 5. */
  @Test
  void drawnSamplesAreTheOnesThatTheirIdsKeep() throws IOException {
    String named =
        Files.writeString(
                folder.resolve("named.jsonl"),
                "{\"id\": \"O'Brien\", \"text\": \"three\"}\n{\"id\": \"Q\", \"text\": \"four\"}\n")
            .toString();
    List<String> data = List.of(file("chapter", 4), file("other", 4), named);
    Recipe recipe = recipe(data, "forget.limit=2", "forget.where=text not like '% 0'");
    List<String> ids = ModelRecipes.forget(recipe).stream().map(Sample::id).toList();
    assertThat(ids).containsExactly("1", "2", "5", "6", "O'Brien", "Q");
    String key = ModelRecipes.only(recipe.forget(), List.of("5", "O'Brien"));
    assertThat(texts(data, key, "forget.limit=2")).containsExactly("other 1", "three");
    Recipe without = recipe(data, "forget.limit=2");
    assertThat(ModelRecipes.forget(without)).extracting(Sample::id).contains("0", "4", "5");
  }

  @Test
  void aTextBelongsToTheOnePieceThatHasIt() throws IOException {
    ForgetPieces pieces = ForgetPieces.of(recipe(List.of(file("chapter", 12))));
    assertThat(pieces.having("  chapter\n 4 ")).hasValue(1);
    assertThat(pieces.having("apter 9")).hasValue(3);
    // Of chapters 1, 10 and 11.
    assertThat(pieces.having("chapter 1")).isEmpty();
    assertThat(pieces.having("verse")).isEmpty();
  }

  /** MUSE-News comes in four files. */
  @Test
  void fourSourcesAreAPieceEach() throws IOException {
    List<String> data = List.of(file("a", 1), file("b", 5), file("c", 2), file("d", 9));
    ForgetPieces pieces = ForgetPieces.of(recipe(data));
    assertThat(pieces.key(1, 2)).isEqualTo("forget.data=" + JsonFiles.line(data.subList(0, 2)));
    assertThat(texts(data, pieces.key(3, 3))).containsExactly("c 0", "c 1");
    assertThat(pieces.size(1, 3)).isEqualTo(8);
  }

  @Test
  void whatCannotBeCutIsRefused() throws IOException {
    List<String> few = List.of(file("few", 3));
    assertThatThrownBy(() -> ForgetPieces.of(recipe(few)))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("few.jsonl] has 3 rows: piece 1 of 4 would be empty. Give more rows");
    assertThatThrownBy(() -> ForgetPieces.of(recipe(few, "forget.draw=2")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("forget.draw = 2: the forget set is cut into 4 pieces");
  }
}
