package io.engram.core.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainTableTest {
  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String cell(DataRow row, String column) {
    return row.fields().path(column).asString();
  }

  @Test
  void aQuoteIsACharacterWhereCellsAreNotQuoted() throws IOException {
    Path file =
        file(
            "dev.tsv",
            "index\tsentence1\tlabel\r\n0\t\"Yes, he said.\tentailment\r\n\r\n1\tA \"b\" "
                + "c\\n,\tnot_entailment");
    List<DataRow> rows = new PlainTable(List.of(), false).read(file);
    assertThat(rows).hasSize(2);
    assertThat(cell(rows.get(0), "sentence1")).isEqualTo("\"Yes, he said.");
    assertThat(cell(rows.get(0), "label")).isEqualTo("entailment");
    assertThat(cell(rows.get(1), "sentence1")).isEqualTo("A \"b\" c\\n,");
    assertThat(rows.get(0).where()).isEqualTo(file + " line 2");
  }

  @Test
  void namesAreGivenWhereTheFirstRowHasNone() throws IOException {
    PlainTable table = new PlainTable(List.of("question", "a", "b"), true);
    String rows = "\"Is it, or\nnot?\",007,\"say \"\"b\"\"\"\nNext?,,x\n";
    for (String text : List.of(rows, "b,a,question\nx,y,z\n")) {
      assertThat(table.read(file("t.csv", text))).isNotEmpty();
    }
    List<DataRow> bare = table.read(file("bare.csv", rows));
    assertThat(bare).hasSize(2);
    assertThat(cell(bare.get(0), "question")).isEqualTo("Is it, or\nnot?");
    assertThat(cell(bare.get(0), "a")).isEqualTo("007");
    assertThat(cell(bare.get(0), "b")).isEqualTo("say \"b\"");
    assertThat(cell(bare.get(1), "a")).isEmpty();
    List<DataRow> named = table.read(file("named.csv", "b,a,question,more\nx,y,z,w\n"));
    assertThat(named).hasSize(1);
    assertThat(cell(named.get(0), "question")).isEqualTo("z");
  }

  @Test
  void aRowOfOtherLengthIsNamed() throws IOException {
    PlainTable table = new PlainTable(List.of("question", "a"), true);
    Path file = file("bad.csv", "Is it?,1\nIs it?,1,2\n");
    assertThatThrownBy(() -> table.read(file))
        .isInstanceOf(EngramException.class)
        .hasMessage(file + " line 2 has 3 cells for the columns [question, a]");
    Path empty = file("empty.csv", "question,a\n");
    assertThatThrownBy(() -> table.read(empty)).hasMessage(empty + " holds no samples");
    Path open = file("open.csv", "\"Is it?,1\n");
    assertThatThrownBy(() -> table.read(open)).hasMessageStartingWith(open + " line ");
  }
}
