package io.engram.core.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample.Conversation;
import io.engram.core.sample.Sample.PlainText;
import io.engram.core.sample.Sample.TokenIds;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleSourceTest {
  @TempDir Path temporary;

  private String file(String name, String text) throws IOException {
    return Files.writeString(temporary.resolve(name), text).toString();
  }

  private static final List<Sample> TWO =
      List.of(Sample.of("0", "Who, then?", "Anna \"A\" Ö"), Sample.of("1", "Where?", "a\tb"));

  @Test
  void everyFormatGivesTheSameSamples() throws IOException {
    String lines =
        """
        {"question":"Who, then?","answer":"Anna \\"A\\" Ö"}

        {"prompt":"Where?","completion":"a\\tb","other":[1]}
        """;
    String array =
        """
        [{"question": "Who, then?",
          "response": "Anna \\"A\\" Ö"},
         {"question": "Where?", "answer": "a\\tb"}]
        """;
    String csv = "question,answer\n\"Who, then?\",\"Anna \"\"A\"\" Ö\"\n\nWhere?,a\tb\n";
    String tsv = "answer\tquestion\r\n\"Anna \"\"A\"\" Ö\"\tWho, then?\r\n\"a\tb\"\tWhere?\r\n";
    assertThat(SampleSource.load(file("a.jsonl", "\uFEFF" + lines))).isEqualTo(TWO);
    assertThat(SampleSource.load(file("a.json", array))).isEqualTo(TWO);
    assertThat(SampleSource.load(file("b.json", lines))).isEqualTo(TWO);
    assertThat(SampleSource.load(file("a.csv", csv))).isEqualTo(TWO);
    assertThat(SampleSource.load(file("a.TSV", tsv))).isEqualTo(TWO);
    assertThat(SampleSource.load(packed("a.jsonl.gz", lines))).isEqualTo(TWO);
    assertThat(SampleSource.load(packed("a.csv.gz", csv))).isEqualTo(TWO);
  }

  @Test
  void textHasASampleALine() throws IOException {
    assertThat(SampleSource.load(file("a.txt", "One line.\r\n\n  Another \n")))
        .containsExactly(
            new Sample("0", new PlainText("One line.")),
            new Sample("1", new PlainText("  Another ")));
  }

  @Test
  void conversationsAndSystemPromptsAreRead() throws IOException {
    List<Sample> samples =
        SampleSource.load(
            file(
                "a.jsonl",
                """
                {"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A","name":null}]}
                {"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"},
                """
                        .stripTrailing()
                    + """
                {"role":"user","content":"R"},{"role":"assistant","content":"B"}],"system":"S"}
                {"question":"Q","answer":"A","system":"S"}
                {"question":"Q","answer":"A","system":null}
                """));
    Sample.Message system = new Sample.Message("system", "S");
    Sample.Message first = new Sample.Message("user", "Q");
    Sample.Message answer = new Sample.Message("assistant", "A");
    Sample.Message second = new Sample.Message("user", "R");
    assertThat(samples)
        .containsExactly(
            Sample.of("0", "Q", "A"),
            new Sample("1", new Conversation(List.of(system, first, answer, second), "B")),
            new Sample("2", new Conversation(List.of(system, first), "A")),
            Sample.of("3", "Q", "A"));
    assertThat(((Conversation) samples.get(1).content()).question()).isEqualTo("R");
  }

  @Test
  void conversationsWithoutAnAnswerAreNamed() throws IOException {
    String user = "{\"role\":\"user\",\"content\":\"Q\"}";
    String end = ",{\"role\":\"assistant\",\"content\":\"A\"}]}";
    Map<String, String> faults =
        Map.of(
            "{\"messages\":[" + user + "]}",
            "line 1: the last message's role is \"user\"; it must be \"assistant\"",
            "{\"messages\":[]}",
            "line 1: messages is [], not a list of {role, content}",
            "{\"messages\":[{\"role\":\"system\",\"content\":\"S\"}" + end,
            "line 1: messages has no message with the role \"user\"",
            "{\"system\":\"T\",\"messages\":[{\"role\":\"system\",\"content\":\"S\"}," + user + end,
            "line 1 has a system prompt in system and another in messages",
            "{\"messages\":[{\"role\":\"user\",\"content\":[\"Q\"]}" + end,
            "it needs a role and a content, both texts",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Q\",\"tool_calls\":[]}" + end,
            "messages[0] has tool_calls, which is not supported; role and content are");
    for (Map.Entry<String, String> fault : faults.entrySet()) {
      String data = file("fault.jsonl", fault.getKey());
      assertThatThrownBy(() -> SampleSource.load(data))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining(fault.getValue());
    }
  }

  @Test
  void idsAndTokenIdsAreTakenAsTheyAre() throws IOException {
    assertThat(
            SampleSource.load(
                file(
                    "a.jsonl",
                    """
                    {"id":"x","prompt_ids":[1,2],"answer_ids":[3]}
                    {"id":7,"ids":[5,6]}
                    {"text":"t","question":"q without answer"}
                    """)))
        .containsExactly(
            new Sample("x", new TokenIds(List.of(1, 2), List.of(3))),
            new Sample("7", new TokenIds(List.of(), List.of(5, 6))),
            new Sample("2", new PlainText("t")));
    assertThat(SampleSource.load(file("a.csv", "id,prompt_ids,answer_ids\na,1 2,\"[3, 4]\"\n")))
        .containsExactly(new Sample("a", new TokenIds(List.of(1, 2), List.of(3, 4))));
  }

  @Test
  void severalSourcesAreNumberedThrough() throws IOException {
    String a = file("a.txt", "a\nb");
    String b = file("b.txt", "c");
    assertThat(SampleSource.load(List.of(a, b)).stream().map(Sample::id))
        .containsExactly("0", "1", "2");
  }

  @Test
  void faultsNameFileAndLine() throws IOException {
    String none = temporary.resolve("none.jsonl").toString();
    assertFault(none, 3, none + " does not exist");
    String empty = file("empty.csv", " \n");
    assertFault(empty, 3, empty + " is empty");
    String onlyHeader = file("h.csv", "question,answer\n");
    assertFault(onlyHeader, 3, onlyHeader + " holds no samples");
    String broken = file("b.jsonl", "{\"text\":\"a\"}\n{\"text\":\n");
    assertFault(broken, 3, broken + " line 2 is not JSON: ");
    String brokenArray = file("b.json", "[{\"text\":\"a\"},\n\n oops]");
    assertFault(brokenArray, 3, brokenArray + " line 3: ");
    String fields = file("f.jsonl", "{\"text\":\"a\"}\n{\"question\":\"q\"}\n");
    assertFault(fields, 2, fields + " line 2 has the fields [question]; a sample needs question");
    String two = file("w.jsonl", "{\"instruction\":\"i\",\"input\":\"a\",\"output\":\"b\"}");
    assertFault(
        two, 2, two + " line 1 has instruction and input; only one field is read as the question");
    String csvFields = file("f.csv", "id,body\n1,\"two\nlines\"\n2,x\n");
    assertFault(csvFields, 2, csvFields + " line 2 has the fields [id, body]");
    String missingCell = file("m.csv", "question,answer\na,b\nc\n");
    assertFault(missingCell, 2, missingCell + " line 3 has the fields [question]");
    String extraCell = file("x.csv", "text\na\nb,c\n");
    assertFault(extraCell, 3, extraCell + " line ");
    String twice = file("t.jsonl", "{\"id\":1,\"text\":\"a\"}\n\n{\"id\":\"1\",\"text\":\"b\"}\n");
    assertFault(
        twice, 2, twice + " line 3 has the id \"1\", which " + twice + " line 1 has too; ids must");
    String blank = file("e.jsonl", "{\"question\":\" \",\"answer\":\"a\"}");
    assertFault(blank, 2, blank + " line 1: question is empty; give a question");
    String number = file("n.jsonl", "{\"text\":3}");
    assertFault(number, 2, number + " line 1: text is 3, not a text");
    String ids = file("i.jsonl", "{\"ids\":[1,-2]}");
    assertFault(ids, 2, ids + " line 1: ids holds -2, which is not a token id");
    String noIds = file("j.jsonl", "{\"ids\":[]}");
    assertFault(noIds, 2, noIds + " line 1: ids is [], not a list of token ids");
    String scalar = file("s.jsonl", "\"text\"");
    assertFault(scalar, 3, scalar + " line 1 is \"text\", not an object with named fields");
    String kind = file("k.xml", "<a/>");
    assertFault(
        kind, 2, kind + " is neither tofu:SPLIT nor a file with one of the endings [.jsonl,");
    assertFault(
        "tofu:forget11", 2, "tofu:forget11 is not a split of TOFU; the splits are [forget01,");
  }

  /** In any field, also inside messages; a whole pair is a character. */
  @Test
  void halfOfASurrogatePairIsToldWithItsField() throws IOException {
    String answer = "\"answer\":\"a\"}";
    String half = file("h.jsonl", "{\"question\":\"Who \\ud83d?\"," + answer);
    assertFault(half, 3, half + " line 1: question holds half of a surrogate pair");
    String low = file("l.json", "[{\"messages\":[{\"role\":\"user\",\"content\":\"\\ude00\"}]}]");
    assertFault(low, 3, low + " line 1: messages holds half of a surrogate pair");
    String whole = file("w.jsonl", "{\"question\":\"Who \\ud83d\\ude00?\"," + answer);
    assertThat(SampleSource.load(whole)).containsExactly(Sample.of("0", "Who 😀?", "a"));
  }

  @Test
  void filesThatAreNamedOrWrittenAlmostRightAreHelped() throws IOException {
    String pretty = file("p.jsonl", "[\n {\n  \"text\": \"a\"\n }\n]");
    assertFault(
        pretty, 3, pretty + " line 1 is not JSON: it ends before its value does. A .jsonl file");
    String cut = file("c.json", "[{\"text\": \"a\"}");
    assertThatThrownBy(() -> SampleSource.load(cut)).hasMessageNotContaining("Source");
    String upper = file("u.csv", "Question,Answer\na,b\n");
    assertThatThrownBy(() -> SampleSource.load(upper))
        .hasMessageEndingWith("without blanks: rename \"Question\" to question");
    String semicolon = file("s.csv", "question;answer\na;b\n");
    assertThatThrownBy(() -> SampleSource.load(semicolon))
        .hasMessageContaining("The header seems to be separated by \";\"");
    String parquet = file("f.parquet", "PAR? no");
    assertThatThrownBy(() -> SampleSource.load(parquet))
        .hasMessageContaining("can't be read as Parquet: ")
        .hasMessageNotContaining("SELECT");
  }

  /** LUME's fields, MUSE's, MUSE's lists of texts, RWKU's and KnowUnDo's. */
  @Test
  void readsTheFieldsOfBenchmarks() throws IOException {
    String lume =
        file("l.jsonl", "{\"id\":\"1qa0\",\"input\":\"a?\",\"output\":\"b\",\"task\":\"Task1\"}");
    assertThat(SampleSource.load(lume)).containsExactly(Sample.of("1qa0", "a?", "b"));
    String muse = file("m.json", "[{\"prompt\":\"So it\",\"gt\":\"goes\"}]");
    assertThat(SampleSource.load(muse)).containsExactly(Sample.of("0", "So it", "goes"));
    String rwku =
        file("r.json", "[{\"subject\":\"a\",\"query\":\"a?\",\"answer\":\"b\",\"level\":\"2\"}]");
    assertThat(SampleSource.load(rwku)).containsExactly(Sample.of("0", "a?", "b"));
    String knowUnDo =
        file("k.json", "[{\"text\":\"a?\",\"labels\":\"b\"},{\"text\":\"c\",\"labels\":1}]");
    assertThat(SampleSource.load(knowUnDo))
        .containsExactly(Sample.of("0", "a?", "b"), new Sample("1", new Sample.PlainText("c")));
    String texts = file("t.json", "[\"one\", \"two\"]");
    assertThat(SampleSource.load(texts))
        .containsExactly(
            new Sample("0", new Sample.PlainText("one")),
            new Sample("1", new Sample.PlainText("two")));
  }

  @Test
  void latin1IsToldByItsLine() throws IOException {
    Path file = temporary.resolve("l.txt");
    Files.write(file, "fine\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertFault(file.toString(), 3, file + " line 2 is not UTF-8 (byte 0xE9)");
    Path cut = temporary.resolve("c.txt");
    Files.write(cut, new byte[] {'a', '\n', 'b', (byte) 0xC3});
    assertFault(cut.toString(), 3, cut + " line 2 is not UTF-8 (byte 0xC3)");
  }

  @Test
  void aDamagedPackIsTold() throws IOException {
    String file = file("a.txt.gz", "not packed");
    assertFault(file, 3, file + " can't be read: Not in GZIP format");
  }

  @Test
  void packsThatAreBombsAreTold() throws IOException {
    String bomb = packed("bomb.txt.gz", "a".repeat((1 << 24) + 1));
    assertFault(
        bomb, 3, bomb + " decompresses to more than 16777216 bytes, far more than normal text");
    String repeated = packed("r.txt.gz", "all work and no play\n".repeat(100_000));
    assertThat(SampleSource.load(repeated)).hasSize(100_000);
  }

  @Test
  void valuesOfAbsurdSizeOrDepthAreTold() throws IOException {
    String list = file("l.jsonl", "{\"id\":[1],\"text\":\"a\"}");
    assertFault(list, 2, list + " line 1: id is [1]; it must be a text or a number");
    String deep = file("d.json", "[{\"text\":" + "[".repeat(100_000));
    assertFault(deep, 3, deep + " line 1: ");
    String digits = file("n.jsonl", "{\"ids\":[" + "7".repeat(1_000_000) + "]}");
    assertFault(digits, 3, digits + " line 1 is not JSON: ");
    String control = file("c.jsonl", "{\"text\":{\"a\":\"\\u001b[2J\"}}");
    assertFault(control, 2, control + " line 1: text is {\"a\":\"\\u001B[2J\"}, not a text");
  }

  private static void assertFault(String data, int exitCode, String message) {
    assertThatThrownBy(() -> SampleSource.load(data))
        .isInstanceOfSatisfying(
            EngramException.class, e -> assertThat(e.exitCode()).as(message).isEqualTo(exitCode))
        .hasMessageStartingWith(message);
  }

  private String packed(String name, String text) throws IOException {
    Path file = temporary.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file.toString();
  }
}
