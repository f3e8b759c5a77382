package io.engram.core.data;

import io.engram.core.sample.SampleSource;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile Parquet files, which native code reads. */
class ParquetFuzzTest {
  @TempDir Path folder;

  @Test
  void bytes() throws Exception {
    Path file = folder.resolve("a.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT 'q' || i AS question, repeat('a', i::INT) AS answer, [i, 2] AS l, {'a': i} AS s"
              + " FROM range(20) t(i)) TO '"
              + file
              + "' (FORMAT parquet)");
    }
    byte[] valid = Files.readAllBytes(file);
    Fuzz.run(
        "Parquet",
        0.2,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> SampleSource.load(Files.write(file, bytes).toString()));
  }

  @Test
  void conditions() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("a.jsonl"),
            """
            {"question": "a", "answer": "it's long enough", "n": 1.5}
            {"question": "b", "answer": "short", "n": 3}
            """);
    byte[] valid =
        "length(answer) > 5 AND (n <= 2 OR question = 'b''') -- whatever follows here is read over, if it stays a comment"
            .getBytes(StandardCharsets.UTF_8);
    Fuzz.run(
        "--where",
        0.1,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> SampleSource.load(file.toString(), new String(bytes, StandardCharsets.UTF_8), 0));
  }
}
