package io.engram.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.TokenIds;
import io.engram.core.sample.SampleSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class DuckDbTest {
  @TempDir Path temporary;

  private Path parquet(String name, String select) throws SQLException {
    Path file = temporary.resolve(name);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + file + "' (FORMAT parquet)");
    }
    return file;
  }

  @Test
  void parquetGivesRowsInOrder() throws SQLException, IOException {
    Path file =
        parquet(
            "a.parquet",
            "SELECT 'q' || i AS question, 'it''s ' || i AS answer FROM range(3000) t(i) ORDER BY"
                + " i");
    List<Sample> samples = SampleSource.load(file.toString());
    assertThat(samples).hasSize(3000);
    assertThat(samples.get(2999)).isEqualTo(Sample.of("2999", "q2999", "it's 2999"));
    Path packed = temporary.resolve("a.parquet.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(file, out);
    }
    assertThat(SampleSource.load(packed.toString())).isEqualTo(samples);
  }

  @Test
  void rowsWrittenAsParquetAreReadBackTheSame() throws IOException {
    List<String> rows =
        List.of(
            "{\"id\":\"0\",\"day\":\"2024-01-02\",\"n\":3,\"p\":-0.1,\"ids\":[1,2],\"ps\":[],\"is\":true}",
            "{\"id\":\"01\",\"day\":\"it's\",\"n\":4,\"p\":1.5E300,\"ids\":[3],\"ps\":[0.25,-7.0],\"is\":false}");
    Path file = temporary.resolve("it's/new/rows.parquet");
    DuckDb.writeParquet(file, rows::forEach);
    assertThat(DuckDb.parquet(file, 0, 10_000)).map(Object::toString).isEqualTo(rows);
    assertThat(file.resolveSibling("rows.parquet.part")).doesNotExist();
    DuckDb.writeParquet(file, List.of("{\"a\":1}", "{\"a\":null,\"b\":[]}")::forEach);
    assertThat(DuckDb.parquet(file, 0, 10_000))
        .map(Object::toString)
        .containsExactly("{\"a\":1,\"b\":null}", "{\"a\":null,\"b\":[]}");
    Path readOnly = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> DuckDb.writeParquet(readOnly.resolve("x.parquet"), rows::forEach))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("x.parquet can't be written");
  }

  @Test
  void rowsThatFailLeaveNoFile() {
    Path file = temporary.resolve("half.parquet");
    assertThatThrownBy(
            () ->
                DuckDb.writeParquet(
                    file,
                    taker -> {
                      taker.accept("{\"a\":1}");
                      throw new IllegalStateException("stopped");
                    }))
        .hasMessage("stopped");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void manyRowsKeepTheirOrder() throws IOException {
    int count = 70_000;
    Path file = temporary.resolve("many.parquet");
    DuckDb.writeParquet(
        file,
        taker -> {
          for (int i = 0; i < count; i++) {
            taker.accept("{\"text\":\"%s\"}".formatted("x".repeat(i % 50 + 1) + i));
          }
        });
    List<Sample> samples = SampleSource.load(file.toString(), "id::int % 7 = 3", 0);
    assertThat(samples)
        .extracting(Sample::id)
        .isEqualTo(
            IntStream.range(0, count).filter(i -> i % 7 == 3).mapToObj(Integer::toString).toList());
  }

  @Test
  void parquetListsAreTokenIds() throws SQLException {
    Path file =
        parquet("b.parquet", "SELECT 'x' AS id, [1, 2]::INT[] AS prompt_ids, [3] AS answer_ids");
    assertThat(SampleSource.load(file.toString()))
        .containsExactly(new Sample("x", new TokenIds(List.of(1, 2), List.of(3))));
  }

  @Test
  void damagedParquetIsNamed() throws IOException {
    Path file = Files.writeString(temporary.resolve("c.parquet"), "PAR1 no more");
    assertThatThrownBy(() -> SampleSource.load(file.toString()))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageStartingWith(file + " can't be read as Parquet: ");
  }

  @Test
  void aParquetFileOfEndlessEqualRowsIsTold() throws SQLException {
    Path file = parquet("d.parquet", "SELECT repeat('x', 1000) AS text FROM range(20000)");
    assertThat(file).satisfies(f -> assertThat(f.toFile().length()).isLessThan(100_000));
    assertThatThrownBy(() -> SampleSource.load(file.toString()))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageContaining("has rows of more than 16777216 characters, far more than text");
  }

  @Test
  void numbersThatJsonHasNotDoNotEndTheReading() throws SQLException {
    Path file = parquet("e.parquet", "SELECT 'a' AS text, 'NaN'::DOUBLE AS n, '-inf'::FLOAT AS m");
    assertThat(SampleSource.load(file.toString())).hasSize(1);
  }

  /** In DuckDB's order NaN is above every number. */
  @Test
  void aColumnWithANumberThatIsNotFiniteStaysOneOfNumbers() {
    Path file = temporary.resolve("nan.parquet");
    double[][] rows = {{Double.NaN, Double.NaN}, {0.5, Double.NaN}, {Double.NEGATIVE_INFINITY, 1}};
    DuckDb.writeParquet(
        file,
        taker -> {
          for (double[] row : rows) {
            taker.accept(JsonFiles.tableLine(Map.of("text", "NaN", "n", row[0], "p", row)));
          }
        });
    assertThat(DuckDb.parquet(file, 0, 10_000))
        .extracting(row -> row.path("n"))
        .allMatch(JsonNode::isNumber)
        .extracting(JsonNode::doubleValue)
        .containsExactly(Double.NaN, 0.5, Double.NEGATIVE_INFINITY);
    assertThat(ids(file.toString(), "isfinite(n) and p[1] < 1 and text = 'NaN'"))
        .containsExactly("1");
    assertThat(ids(file.toString(), "n < 0 or isnan(n)")).containsExactly("0", "2");
  }

  private String lines() throws IOException {
    return Files.writeString(
            temporary.resolve("a.jsonl"),
            """
            {"question":"a","answer":"it's long enough","n":1.5}
            {"question":"b","answer":"short"}
            {"question":"c","answer":"long enough too","n":3}
            """)
        .toString();
  }

  @Test
  void aConditionChoosesAmongAllFields() throws IOException {
    assertThat(ids(lines(), "length(answer) > 5")).containsExactly("0", "2");
    assertThat(ids(lines(), "n > 2 or id = '1' -- or so")).containsExactly("1", "2");
    assertThat(ids(lines(), "id::int >= 1")).containsExactly("1", "2");
    assertThat(ids(lines(), "answer like 'it''s%'")).containsExactly("0");
  }

  @Test
  void aConditionWorksForTofuWithALimit() {
    List<Sample> some = SampleSource.load("tofu:forget10", "question ilike '%gender%'", 3);
    assertThat(some).hasSize(3);
    assertThat(some.get(0).id()).isEqualTo("1");
    assertThat(SampleSource.load("tofu:forget10", null, 5)).hasSize(5);
    assertThat(SampleSource.load("tofu:forget10", " ", 0)).hasSize(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "lenth > 3 | there is no field lenth",
        "answer = \"short\" | there is no field short; put a text in single quotes: 'short'",
        "lenght(answer) > 3 | there is no function lenght; perhaps length",
        "n !== 3 | there is no function !==; perhaps !=",
        "length(answer > 3 | something is missing at its end, such as a bracket or a value",
        "n > | something is missing at its end, such as a bracket or a value",
        "n > 1 LIMIT 3 | it can't be read at \"LIMIT\"",
        "answer = 'short | a quotation mark is never closed",
        "answer::int > 3 | the text 'it's long enough' is not a number",
        "answer | the text 'it's long enough' is neither true nor false; compare it with something",
        "answer > 3 | it compares a text with a number",
        "length(n) > 3 | length doesn't work on a number",
        "sum(n) > 1 | it sees one sample at a time, so sums, counts and the like can't be used",
        "exists (select * from read_csv('/etc/passwd')) | it can look at the samples' fields only,"
            + " not at files",
        "regexp_matches(answer, '(') | missing ): (",
      })
  void whatIsWrongWithAConditionIsSaidInPlainWords(String where, String fault) throws IOException {
    String lines = lines();
    assertThatThrownBy(() -> ids(lines, where))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage(
            "--where '%s': %s.%nThe fields are question, answer, n, id. A condition is, for example, length(answer) > 40"
                .formatted(where, fault));
  }

  /** The fields of the first row come first; id is the sample's, whatever ID is. */
  @Test
  void ofFieldsThatDifferInCaseOnlyTheOneInLowerCaseIsSeen() throws IOException {
    String data =
        Files.writeString(
                temporary.resolve("case.jsonl"),
                """
                {"ID":7,"question":"a","Answer":"other","answer":"this","more":[{"A":1,"a":2}],"X":1,"Ä":3,"ä":4}
                {"ID":8,"question":"b","answer":"that","x":2,"X":5}
                """)
            .toString();
    assertThat(ids(data, "answer = 'this'")).containsExactly("0");
    assertThat(ids(data, "Answer = 'that'")).containsExactly("1");
    assertThat(ids(data, "id = '1'")).containsExactly("1");
    assertThat(ids(data, "more[1].A = 2 and Ä < ä")).containsExactly("0");
    assertThat(ids(data, "x is null")).containsExactly("0");
    assertThatThrownBy(() -> ids(data, "answr = 1"))
        .hasMessageContaining("The fields are id, question, answer, more, x, Ä, ä. A condition");
  }

  @Test
  void aConditionThatNoSampleFulfilsIsTold() throws IOException {
    String lines = lines();
    assertThatThrownBy(() -> ids(lines, "n > 100"))
        .hasMessage("no sample of " + lines + " meets --where 'n > 100'");
  }

  private static List<String> ids(String data, String where) {
    return SampleSource.load(data, where, 0).stream().map(Sample::id).toList();
  }
}
