package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramHome;
import io.engram.core.sample.BookText;
import io.engram.testkit.Golden;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Texts cut by mini's tokenizer and one that adds a begin token. */
class TextPiecesTest {
  private static final Path BOOK = EngramHome.resolve("data/books/moby-dick.txt");

  private static Tokenizer mini;
  private static Tokenizer withBegin;

  @BeforeAll
  static void open() {
    mini = Tokenizer.open(EngramHome.resolve("models/mini"), 0);
    withBegin = Tokenizer.open(Golden.path("llama/with-tokenizer"), 2);
  }

  @AfterAll
  static void close() {
    mini.close();
    withBegin.close();
  }

  @Test
  void piecesAreTheWholeTextAndFullWithoutBeingTooLong() {
    String text = BookText.read(BOOK, "book").substring(0, 20_000);
    for (Tokenizer tokenizer : List.of(mini, withBegin)) {
      List<String> pieces = new TextPieces(tokenizer).split(text, 100);
      assertThat(String.join("", pieces)).isEqualTo(text);
      for (String piece : pieces.subList(0, pieces.size() - 1)) {
        assertThat(tokenizer.encode(piece).length).isBetween(95, 100);
      }
      assertThat(tokenizer.encode(pieces.get(pieces.size() - 1)).length).isBetween(1, 100);
    }
  }

  @Test
  void charactersOfSeveralTokensAreNotCut() {
    String text = "a\uD83D\uDC0B漢字—".repeat(40);
    for (int tokens : new int[] {3, 4, 5, 17}) {
      List<String> pieces = new TextPieces(mini).split(text, tokens);
      assertThat(String.join("", pieces)).isEqualTo(text);
      assertThat(pieces).noneMatch(piece -> Character.isLowSurrogate(piece.charAt(0)));
    }
    assertThat(new TextPieces(mini).split("short", 100)).containsExactly("short");
    assertThat(new TextPieces(mini).split("  ", 100)).isEmpty();
  }

  @Test
  void spansOfLaterTokensCountUnitsToo() {
    Tokenizer.Tokens tokens = mini.encodeWithEnds("\uD83D\uDC0B x \uD83D\uDC0B y");
    assertThat(tokens.ends()[tokens.ends().length - 1]).isEqualTo(9);
  }
}
