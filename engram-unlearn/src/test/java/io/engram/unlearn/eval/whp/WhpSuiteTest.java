package io.engram.unlearn.eval.whp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.core.sample.CompletionInstructions;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.suites.Suites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The suite on mini, against transformers and rouge-score. */
@Tag("recipe")
class WhpSuiteTest {
  private static LanguageModel mini;
  private static Evaluation found;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    mini = TinyModels.open(EngramHome.resolve("models/mini"), Dtype.FLOAT32);
    found = run("whp", null, 2);
  }

  @AfterAll
  static void close() {
    mini.close();
  }

  @Test
  void completionsAndRecallsAreThoseOfAnotherImplementation() {
    JsonNode golden = Golden.json("whp.json").path("sets");
    for (String set : List.of("seen", "unseen")) {
      List<WhpSuite.Row> rows = rows(found, set);
      JsonNode expected = golden.path(set).path("rows");
      assertThat(rows).hasSameSizeAs(expected);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).output()).isEqualTo(expected.get(i).path("output").asString());
        assertThat(rows.get(i).rougeRecall())
            .isCloseTo(expected.get(i).path("rouge_l_recall").asDouble(), within(1e-12));
        assertThat(rows.get(i).bleu())
            .isCloseTo(expected.get(i).path("bleu").asDouble(), within(1e-9));
        assertThat(mini.samples().promptOf(rows.get(i).question()))
            .hasSize(expected.get(i).path("prompt_tokens").asInt());
      }
      checkBleu(set, golden.path(set));
      Measurement measured = measurement(found, "whp." + set + ".rouge_l_recall");
      assertThat(measured.value())
          .isCloseTo(golden.path(set).path("mean").asDouble(), within(1e-12));
      assertThat(measured.standardError())
          .isCloseTo(golden.path(set).path("standard_error").asDouble(), within(1e-12));
      assertThat(measured.n()).isEqualTo(12);
      assertThat(measured.higherIsBetter()).isFalse();
    }
    assertThat(found.notes())
        .contains(
            "whp measured on 2 excerpts of chapters 1 to 5 of Moby-Dick"
                + " (data/books/moby-dick.txt): a stand-in, not the paper's Harry Potter; eval.book"
                + " names another",
            "whp: the model's context is 512 tokens, so 248 of passages of 424 are shown and"
                + " completed to 512 in all; the paper has 300 of 512, to 600");
  }

  private static void checkBleu(String set, JsonNode golden) {
    for (String metric : List.of("bleu", "bleu_by_completion")) {
      Measurement measured = measurement(found, "whp." + set + "." + metric);
      JsonNode expected = golden.path(metric);
      assertThat(measured.value()).isCloseTo(expected.path("value").asDouble(), within(1e-9));
      assertThat(measured.standardError())
          .isCloseTo(expected.path("standard_error").asDouble(), within(1e-9));
      assertThat(measured.n()).isEqualTo(12);
      assertThat(measured.better()).isEqualTo("lower");
    }
  }

  @Test
  void rowsHaveTheWordsOfTable2AndTheBookGoesOnAfterThem() {
    assertThat(found.rowsBySet()).containsOnlyKeys("whp-seen", "whp-unseen");
    List<WhpSuite.Row> rows = rows(found, "unseen").subList(0, 6);
    assertThat(rows)
        .extracting(WhpSuite.Row::id)
        .containsExactly("0/1", "0/2", "0/3", "0/4", "0/5", "0/6");
    String book = Book.read(null).text().replaceAll("\\s+", " ");
    for (int i = 0; i < 6; i++) {
      String words = CompletionInstructions.UNSEEN.get(i) + " ";
      assertThat(rows.get(i).question()).startsWith(words + "CHAPTER 1. Loomings.");
      String excerpt = rows.get(i).question().substring(words.length());
      assertThat(book).startsWith((excerpt + " " + rows.get(i).answer()).replaceAll("\\s+", " "));
    }
  }

  @Test
  void excerptsAreSpreadOverTheBookAndShownAsThePaperDoes() {
    Book book = Book.read(null);
    List<Book.Passage> all = book.passages(mini.samples().pieces(), 512);
    assertThat(all).hasSize(Golden.json("whp.json").path("passages").asInt());
    List<Book.Passage> many =
        new Book(book.text().repeat(8), "eight", false).passages(mini.samples().pieces(), 100_000);
    assertThat(many).hasSize(300);
    assertThat(Book.passageTokens(4096)).isEqualTo(512);
    assertThat(Book.shownTokens(4096)).isEqualTo(300);
    int passages = Integer.parseInt(many.get(299).id()) + 1;
    assertThat(passages).isGreaterThan(320);
    for (int i = 0; i < 300; i++) {
      assertThat(Integer.parseInt(many.get(i).id()))
          .isCloseTo(i * passages / 300, within(1 + passages / 300));
    }
    assertThat(mini.tokenizer().encode(many.get(7).text())).hasSizeBetween(295, 302);
    assertThat(mini.tokenizer().encode(many.get(7).rest())).hasSizeBetween(205, 216);
  }

  @Test
  void theErrorIsThatOfExcerptsNotOfCompletions() {
    // Means of the excerpts: 0.25 and 0.75; s = 0.25·√2, s/√2 = 0.25.
    List<WhpSuite.Row> rows = List.of(row("0", 0), row("0", 0.5), row("1", 0.5), row("1", 1));
    MeanWithError recall = WhpSuite.mean(rows, WhpSuite.Row::rougeRecall);
    assertThat(recall.mean()).isEqualTo(0.5);
    assertThat(recall.standardError()).isCloseTo(0.25, within(1e-15));
    assertThat(recall.n()).isEqualTo(4);
    assertThat(WhpSuite.mean(rows.subList(0, 2), WhpSuite.Row::rougeRecall).standardError())
        .isNaN();
  }

  /**
   * Excerpt 0 comes back whole, of excerpt 1 nothing: 5 of 10 words, 4 of 8, 3 of 6 and 2 of 4 runs
   * match, so 50; alone they have 100 and 0, √(½ · 2 · 50²) = 50.
   */
  @Test
  void corpusBleuIsOfAllCompletionsTogether() {
    List<WhpSuite.Row> rows = List.of(completion("0", "a b c d e"), completion("1", "v w x y z"));
    MeanWithError bleu = WhpSuite.corpusBleu(rows);
    assertThat(bleu.mean()).isCloseTo(50, within(1e-12));
    assertThat(bleu.standardError()).isCloseTo(50, within(1e-12));
    assertThat(bleu.n()).isEqualTo(2);
    assertThat(WhpSuite.corpusBleu(rows.subList(0, 1)).standardError()).isNaN();
  }

  @Test
  void theUsersBookIsNamedWithItsHash() throws IOException {
    Path book = Files.writeString(folder.resolve("own.txt"), "It was a dark night. ".repeat(400));
    Book read = Book.read(book.toString());
    assertThat(read.named()).matches("own\\.txt, sha256 [0-9a-f]{12}");
    assertThat(read.standIn()).isFalse();
    assertThat(Suites.of(settings("whp:seen", book.toString()))).hasSize(1);
  }

  @Test
  void whatCannotBeAskedIsSaidBefore() throws IOException {
    String missing = folder.resolve("none.txt").toString();
    assertThatThrownBy(() -> Suites.of(settings("whp", missing)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.book: %s does not exist%nA plain text in UTF-8 is right; without it chapters of Moby-Dick stand in."
                .formatted(missing));
    assertThatThrownBy(() -> Suites.of(settings("whp:bleu", null)))
        .isInstanceOf(EngramException.class)
        .hasMessage("eval.suites: whp:bleu is not a part of whp; there are whp:seen, whp:unseen");
    String shortBook = Files.writeString(folder.resolve("short.txt"), "The end.").toString();
    assertThatThrownBy(() -> run("whp", shortBook, 0))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.book: the book has no passage of 424 tokens; it is too short to be asked about");
    assertThatThrownBy(() -> Book.passageTokens(128))
        .isInstanceOf(EngramException.class)
        .hasMessage("the suite whp can't ask a model whose context is 128 tokens; 176 are needed");
  }

  private static Evaluation run(String suite, @Nullable String book, int limit) {
    return Suites.of(settings(suite, book))
        .get(0)
        .measure(new Stage(mini, "before", limit, ProgressListener.NONE));
  }

  private static EvalSection settings(String suite, @Nullable String book) {
    return new EvalSection(
        List.of(suite), 0, 0, EvalSection.BUILT_IN, null, null, null, null, book);
  }

  private static List<WhpSuite.Row> rows(Evaluation found, String set) {
    Map<String, ? extends List<?>> sets = found.rowsBySet();
    return Objects.requireNonNull(sets.get("whp-" + set)).stream()
        .map(WhpSuite.Row.class::cast)
        .toList();
  }

  private static Measurement measurement(Evaluation found, String metric) {
    return found.measurements().stream()
        .filter(m -> m.metric().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  private static WhpSuite.Row completion(String excerpt, String output) {
    return new WhpSuite.Row(excerpt + "/1", "seen", excerpt, "q", "a b c d e", output, 0, 0);
  }

  private static WhpSuite.Row row(String excerpt, double recall) {
    return new WhpSuite.Row(excerpt + "/1", "seen", excerpt, "q", "a", "o", recall, 0);
  }
}
