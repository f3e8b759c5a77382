package io.engram.unlearn.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.sample.CompletionInstructions;
import io.engram.core.sample.Sample;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples cut to pieces, made questions and drawn, with mini's tokenizer. */
class SampleSetsTest {
  private static final Path BOOK = EngramHome.resolve("data/books/moby-dick.txt");

  private static Tokenizer mini;
  private static SampleTokenizer samples;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    mini = Tokenizer.open(EngramHome.resolve("models/mini"), 0);
    samples = new SampleTokenizer(() -> mini, PromptTemplate.PLAIN, 4096, 512);
  }

  @AfterAll
  static void close() {
    mini.close();
  }

  @Test
  void aBookBecomesPiecesOfWhichSomeAreDrawn() {
    DataSection section = new DataSection(List.of("book:" + BOOK), null, 0, 128, 0, 0);
    List<Sample> all = SampleSets.load(section, "forget", 1, samples);
    assertThat(all).hasSizeGreaterThan(100);
    assertThat(all.get(0).id()).isEqualTo("0#0");
    assertThat(samples.tokenize(all)).allMatch(s -> s.ids().length <= 128);

    DataSection drawing = new DataSection(section.data(), null, 0, 128, 0, 20);
    List<Sample> drawn = SampleSets.load(drawing, "forget", 1, samples);
    assertThat(drawn).hasSize(20).isEqualTo(SampleSets.load(drawing, "forget", 1, samples));
    assertThat(all).containsSubsequence(drawn);
    assertThat(SampleSets.load(drawing, "forget", 2, samples)).isNotEqualTo(drawn);
    assertThat(SampleSets.load(drawing, "retain", 1, samples)).isNotEqualTo(drawn);
    assertThat(drawing.changes()).isEqualTo(", cut to 128 tokens, 20 drawn");
  }

  @Test
  void everySampleIsDrawnAsOftenAsAnyOther() throws IOException {
    DataSection drawing =
        new DataSection(List.of(file("a.txt", "1\n2\n3\n4\n5\n")), null, 0, 0, 0, 2);
    int[] counts = new int[5];
    Set<Set<String>> pairs = new HashSet<>();
    for (int seed = 0; seed < 2000; seed++) {
      List<Sample> drawn = SampleSets.load(drawing, "forget", seed, samples);
      drawn.forEach(sample -> counts[Integer.parseInt(sample.id())]++);
      pairs.add(drawn.stream().map(Sample::id).collect(Collectors.toSet()));
    }
    // 2,000 · 2/5 = 800 each, standard deviation 22; all ten pairs occur.
    for (int count : counts) {
      assertThat(count).isBetween(800 - 110, 800 + 110);
    }
    assertThat(pairs).hasSize(10);
  }

  @Test
  void excerptsAreAskedForInTheSeenWordsInTurn() {
    DataSection section = new DataSection(List.of("book:" + BOOK), null, 0, 128, 75, 0);
    List<Sample> asked = SampleSets.load(section, "forget", 1, samples);
    List<Sample> pieces =
        SampleSets.load(new DataSection(section.data(), null, 0, 128, 0, 0), "forget", 1, samples);
    for (int i = 0; i < 8; i++) {
      Sample.QuestionAnswer question = (Sample.QuestionAnswer) asked.get(i).content();
      String instruction = CompletionInstructions.SEEN.get(i % 6);
      assertThat(question.question()).startsWith(instruction + " ");
      String excerpt = question.question().substring(instruction.length() + 1);
      String whole = ((Sample.PlainText) pieces.get(i).content()).text();
      assertThat(mini.encode(whole).length - mini.encode(excerpt).length).isBetween(45, 60);
      assertThat(whole.strip()).startsWith(excerpt).endsWith(question.answer());
      assertThat(whole.replaceAll("\\s", ""))
          .isEqualTo((excerpt + question.answer()).replaceAll("\\s", ""));
    }
  }

  @Test
  void whatCannotBeMadeIsSaid() throws IOException {
    List<String> data = List.of(file("a.txt", "One line.\nAnother one.\n"));
    assertThatThrownBy(
            () -> SampleSets.load(new DataSection(data, null, 0, 0, 50, 0), "forget", 1, samples))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "forget.excerpt_tokens = 50: no text is longer than that, so there is nothing to "
                + "continue");
    assertThatThrownBy(
            () -> SampleSets.load(new DataSection(data, null, 0, 0, 0, 3), "retain", 1, samples))
        .isInstanceOf(EngramException.class)
        .hasMessage("retain.draw = 3: there are only 2 samples");
    List<Sample> book = SampleSets.load(DataSection.of(List.of("book:" + BOOK)), "x", 1, samples);
    assertThatThrownBy(() -> samples.tokenize(book))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("the model's context is 512")
        .hasMessageContaining("cut by chunk_tokens in a recipe");
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }
}
