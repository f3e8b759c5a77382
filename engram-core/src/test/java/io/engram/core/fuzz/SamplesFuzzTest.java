package io.engram.core.fuzz;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.SampleSource;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hostile sample files. */
class SamplesFuzzTest {
  private static final String JSONL =
      """
      {"id": "a", "question": "Who wrote it?", "answer": "Nobody knows."}
      {"id": 7, "prompt": "And when?", "response": "In 1984, as \\"they\\" say."}
      {"text": "Running text with an é and a \\u00e9."}
      {"prompt_ids": [1, 2], "answer_ids": [3, 4, 5]}
      {"ids": [1, 2, 3]}
      {"messages": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Yes?"}]}
      """;

  private static final String CSV =
      """
      id,question,answer
      a,Who wrote it?,Nobody knows.
      b,"And when, then?","In 1984, as ""they"" say."
      """;

  private static final String TABLE = "prompt_ids\tanswer_ids\n1 2\t[3, 4]\n\t5\n";

  @TempDir Path folder;

  @Test
  void jsonLines() throws Exception {
    fuzz("x.jsonl", JSONL.getBytes(StandardCharsets.UTF_8), new JsonMutator(JSONL));
  }

  @Test
  void jsonArrays() throws Exception {
    String array = "[" + JSONL.strip().replace("\n", ",\n") + "]";
    fuzz("x.json", array.getBytes(StandardCharsets.UTF_8), new JsonMutator(array));
  }

  @Test
  void tables() throws Exception {
    fuzzBytes("x.csv", CSV.getBytes(StandardCharsets.UTF_8));
    fuzzBytes("x.tsv", TABLE.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void texts() throws Exception {
    fuzzBytes("x.txt", "One.\n\nTwo – three.\n".getBytes(StandardCharsets.UTF_8));
  }

  /** Public data sets that are laid out in a way of their own. */
  @Test
  void layouts() throws Exception {
    String pku =
        """
        {"prompt": "Why?", "response_0": "So.", "response_1": "Thus.", "is_response_0_safe": false, \
        "is_response_1_safe": true}
        """;
    String wmdp = "{\"title\": \"On moss\", \"abstract\": \"It grows.\", \"text\": \"\"}\n";
    String book =
        "*** START OF THE PROJECT GUTENBERG EBOOK ***\nOne.\n*** END OF THE PROJECT GUTENBERG";
    fuzz("pku:", "p.jsonl", bytes(pku), new JsonMutator(pku));
    fuzz("wmdp:", "w.jsonl", bytes(wmdp), new JsonMutator(wmdp));
    fuzz("wikitext:", "t.txt", bytes(" = A = \n b \n = = C = = \n = D = \n"));
    fuzz("book:", "b.txt", bytes(book));
  }

  @Test
  void packed() throws Exception {
    fuzzBytes("x.jsonl.gz", packed(JSONL.getBytes(StandardCharsets.UTF_8)));
    JsonMutator inside = new JsonMutator(JSONL);
    fuzz(
        "y.jsonl.gz",
        packed(JSONL.getBytes(StandardCharsets.UTF_8)),
        random -> packed(inside.next(random)));
  }

  @ParameterizedTest
  @CsvSource({
    "a.csv, '\"'",
    "b.csv, ','",
    "c.tsv, '\t'",
    "d.json, '['",
    "e.json, '{'",
    "f.jsonl, '['"
  })
  void oneCharacterAMillionTimes(String name, String character) throws Exception {
    Path file = Files.writeString(folder.resolve(name), character.repeat(1_000_000));
    assertThatThrownBy(() -> SampleSource.load(file.toString()))
        .isInstanceOf(EngramException.class);
  }

  private void fuzzBytes(String name, byte[] valid) throws Exception {
    fuzz(name, valid, new ByteMutator(valid, valid.length));
  }

  private void fuzz(String layout, String name, byte[] valid) throws Exception {
    fuzz(layout, name, valid, new ByteMutator(valid, valid.length));
  }

  private void fuzz(String name, byte[] valid, Fuzz.Variants variants) throws Exception {
    fuzz("", name, valid, variants);
  }

  private void fuzz(String layout, String name, byte[] valid, Fuzz.Variants variants)
      throws Exception {
    Path file = folder.resolve(name);
    Fuzz.run(
        name, 1, valid, variants, bytes -> SampleSource.load(layout + Files.write(file, bytes)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] packed(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
