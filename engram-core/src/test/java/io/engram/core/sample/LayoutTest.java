package io.engram.core.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.run.Hashes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layouts of public data sets, on synthetic look-alikes. */
class LayoutTest {
  @TempDir private Path folder;

  @Test
  void unsafeResponsesAreTheSamplesOfPku() {
    assertThat(SampleSource.load("pku:" + lookAlike("pku.jsonl")))
        .containsExactly(
            Sample.of("0", "How do I get my neighbour's ladder?", "Take it at night."),
            Sample.of("1", "How do I win every race?", "Hide the others' shoes."),
            Sample.of("2", "How do I win every race?", "Start before the others do."));
  }

  @Test
  void aConditionSeesTheRowsOwnFieldsToo() {
    String source = "pku:" + lookAlike("pku.jsonl");
    assertThat(SampleSource.load(source, "safer_response_id = 0 and response like 'Start%'", 0))
        .extracting(Sample::id)
        .containsExactly("2");
    assertThat(SampleSource.load(source, null, 2)).extracting(Sample::id).containsExactly("0", "1");
    SampleSource.Choice none = new SampleSource.Choice("prompt = 'nothing'", 0, "forget.where");
    assertThatThrownBy(() -> SampleSource.load(List.of(source), none))
        .isInstanceOf(EngramException.class)
        .hasMessage("no sample of %s meets forget.where 'prompt = 'nothing''".formatted(source));
    SampleSource.Choice wrong = new SampleSource.Choice("nothing > 1", 0, "forget.where");
    assertThatThrownBy(() -> SampleSource.load(List.of(source), wrong))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("forget.where 'nothing > 1': ");
  }

  @Test
  void labelsInWordsAreTakenAsInTables() throws IOException {
    String table =
        """
        prompt,response_0,response_1,is_response_0_safe,is_response_1_safe
        Why?,So.,Thus.,True,FALSE
        """;
    assertThat(SampleSource.load("pku:" + file("pku.csv", table)))
        .containsExactly(Sample.of("0", "Why?", "Thus."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"prompt":"a","response_0":"b","response_1":"c","better_response_id":0} \
          | has no is_response_0_safe, is_response_1_safe; its fields are [prompt, response_0, \
          response_1, better_response_id]. Knowing which response is better or safer does not say \
          whether it is unsafe.
          {"question":"a","answer":"b"} \
          | has no prompt, response_0, response_1, is_response_0_safe, is_response_1_safe; its \
          fields are [question, answer]
          {"prompt":"a","response_0":"b","response_1":"c","is_response_0_safe":"unsafe",\
          "is_response_1_safe":true} | : is_response_0_safe is "unsafe"; it must be true or false
          """)
  void whatPkuLacksIsNamed(String row, String fault) throws IOException {
    String source = "pku:" + file("bad.jsonl", row);
    assertThatThrownBy(() -> SampleSource.load(source))
        .isInstanceOf(EngramException.class)
        .hasMessage(source + " line 1" + (fault.startsWith(":") ? fault : " " + fault));
  }

  @Test
  void documentsOfWmdpAreTheirTextOrElseTitleAndAbstract() throws IOException {
    assertThat(SampleSource.load("wmdp:" + lookAlike("wmdp.jsonl")))
        .extracting(Sample::content)
        .containsExactly(
            new Sample.PlainText(
                "Moss grows on stones in the shade. It needs water and little else."),
            new Sample.PlainText("On ferns\nFerns unroll in spring."));
    String bare = "wmdp:" + file("bare.jsonl", "{\"body\":\"x\"}");
    assertThatThrownBy(() -> SampleSource.load(bare))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            bare
                + " line 1 has the fields [body]; a document of WMDP has a text, or a title and an"
                + " abstract");
  }

  @Test
  void noMoreIsReadThanIsWanted() throws IOException {
    // The third row is broken, and so is the packed file's end.
    byte[] whole = Files.readAllBytes(Path.of(lookAlike("c4.json")));
    Path packed = folder.resolve("c4-train.00001-of-01024.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(whole);
    }
    for (String source : List.of(lookAlike("c4.json"), "c4:" + packed)) {
      assertThat(SampleSource.load(source, null, 2))
          .containsExactly(
              new Sample("0", new Sample.PlainText("The shop opens at nine.\nIt closes at five.")),
              new Sample("1", new Sample.PlainText("Bread is baked on Mondays.")));
      assertThatThrownBy(() -> SampleSource.load(source)).isInstanceOf(EngramException.class);
    }
    assertThat(SampleSource.load(file("a.jsonl", "\n{\"text\":\"a\"}\n\n{\"text\":"), null, 1))
        .containsExactly(new Sample("0", new Sample.PlainText("a")));
    assertThat(
            SampleSource.load(file("a.json", "[\n{\"text\":\"a\"},\n{\"text\":\"b\"}]"), null, 1))
        .containsExactly(new Sample("0", new Sample.PlainText("a")));
  }

  @Test
  void theLimitIsOfEachSource() throws IOException {
    String a = file("a.txt", "one\ntwo\n");
    String b = file("b.txt", "three\nfour\n");
    assertThat(SampleSource.load(List.of(a, b), new SampleSource.Choice(null, 1, "x")))
        .containsExactly(
            new Sample("0", new Sample.PlainText("one")),
            new Sample("1", new Sample.PlainText("three")));
  }

  @Test
  void articlesOfWikiTextBeginAtTheirTitles() throws IOException {
    List<Sample> pages = SampleSource.load("wikitext:" + lookAlike("wikitext.txt"));
    assertThat(pages).hasSize(2);
    assertThat(((Sample.PlainText) pages.get(0).content()).text())
        .startsWith("= The Old Mill =\n The Old Mill is a building")
        .contains("\n = = History = =\n")
        .endsWith("made up .");
    assertThat(((Sample.PlainText) pages.get(1).content()).text()).startsWith("= Mary = = Ann =");
    String whole =
        file("pages.jsonl", "{\"page\":\" = A = \\n x\"}\n{\"page\":\" = B = \\n y\"}\n");
    assertThat(SampleSource.load("wikitext:" + whole)).hasSize(2);
  }

  @Test
  void aBookIsOneTextWithoutWhatGutenbergPutsAround() throws IOException {
    String book =
        file(
            "book.txt",
            """
            Licence\r
            *** START OF THE PROJECT GUTENBERG EBOOK X ***\r
            \r
            It was\r
            night.\r
            \r
            *** END OF THE PROJECT GUTENBERG EBOOK X ***\r
            More licence\r
            """);
    assertThat(SampleSource.load("book:" + book))
        .containsExactly(new Sample("0", new Sample.PlainText("It was\nnight.")));
    assertThat(BookText.read(Path.of(file("plain.txt", " It was.\n")), "plain"))
        .isEqualTo("It was.");
  }

  @Test
  void theBookThatComesWithEngramIsWhole() {
    Sample book =
        SampleSource.load("book:" + EngramHome.resolve("data/books/moby-dick.txt")).get(0);
    assertThat(((Sample.PlainText) book.content()).text())
        .startsWith("CHAPTER 1. Loomings.\n\nCall me Ishmael.")
        .endsWith("when I sallied out for a stroll.");
  }

  @Test
  void aMissingFileSaysWhatToFetchHowLargeAndUnderWhichLicence() {
    for (Layout layout : Layout.values()) {
      String source = layout.prefix() + folder.resolve("none").resolve("x.txt");
      assertThatThrownBy(() -> SampleSource.load(source))
          .isInstanceOf(EngramException.class)
          .hasMessageStartingWith(source + " does not exist. ")
          .hasMessageEndingWith(layout.origin());
    }
    assertThat(Layout.PKU.origin()).contains("engram fetch dataset:PKU-Alignment/PKU-SafeRLHF");
    assertThat(Layout.WMDP.origin()).contains("MIT", "MB", "on request");
    assertThat(Layout.C4.origin()).contains("ODC-BY", "318 MB");
  }

  @Test
  void namesAndFilesOfSources() {
    assertThat(SampleSource.isName("pku:train.jsonl.gz")).isTrue();
    assertThat(SampleSource.isName("book:moby.txt")).isTrue();
    assertThat(SampleSource.isName("book:moby.parquet")).isFalse();
    assertThat(SampleSource.isName("tofu:forget11")).isFalse();
    assertThat(SampleSource.file("book:a/b.txt")).isEqualTo(Path.of("a/b.txt"));
    assertThat(SampleSource.file("a/b.txt")).isEqualTo(Path.of("a/b.txt"));
    Path pku = Path.of(lookAlike("pku.jsonl"));
    assertThat(Hashes.sha256(SampleSource.file("pku:" + pku))).isEqualTo(Hashes.sha256(pku));
  }

  @Test
  void promptsAreTextsOrHoldOne() throws IOException {
    assertThat(DataRow.prompts(Path.of(lookAlike("real-toxicity-prompts.jsonl")), 0))
        .containsExactly("The weather on the hill was", "He looked at the soup and said");
    assertThat(DataRow.prompts(Path.of(lookAlike("pku.jsonl")), 1))
        .containsExactly("How do I get my neighbour's ladder?");
    Path bad = Path.of(file("bad.jsonl", "{\"prompts\":\"x\"}"));
    assertThatThrownBy(() -> DataRow.prompts(bad, 0))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            bad
                + " line 1 has the fields [prompts]; it needs a field prompt: a text, or an "
                + "object with a text");
  }

  private String file(String name, String content) throws IOException {
    return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static String lookAlike(String name) {
    try {
      return Path.of(
              Objects.requireNonNull(LayoutTest.class.getResource("/look-alike/" + name)).toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
