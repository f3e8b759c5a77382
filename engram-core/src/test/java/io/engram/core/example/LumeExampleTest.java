package io.engram.core.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.example.LumeExample.Row;
import io.engram.core.example.LumeExample.Sets;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LumeExampleTest {
  @TempDir Path folder;

  /** As in LUME: a completion and a question a story, five questions a person, one a biography. */
  @Test
  void hasTheShapeOfLume() {
    Sets sets = LumeExample.of(42, 100);
    for (List<Row> rows : List.of(sets.forget(), sets.retain())) {
      assertThat(rows).hasSize(1000);
      assertThat(count(rows, "Task1", "sc1")).isEqualTo(100);
      assertThat(count(rows, "Task1", "qa0")).isEqualTo(100);
      for (int i = 0; i < 5; i++) {
        assertThat(count(rows, "Task2", "qa" + i)).isEqualTo(100);
      }
      assertThat(count(rows, "Task3", "qa0")).isEqualTo(100);
    }
    assertThat(Stream.concat(sets.forget().stream(), sets.retain().stream()).map(Row::id))
        .doesNotHaveDuplicates();
    assertThat(Stream.concat(sets.forget().stream(), sets.retain().stream()).map(Row::input))
        .doesNotHaveDuplicates();
    assertThat(sets.members()).hasSize(100);
    assertThat(sets.others()).hasSize(100);
    assertThat(sets.members().get(0).document())
        .isEqualTo(sets.forget().get(0).input() + " " + sets.forget().get(0).output());
  }

  /** No number that somebody could have. */
  @Test
  void numbersAreReserved() {
    for (Row row : LumeExample.of(1, 30).forget()) {
      if (row.task().equals("Task2") && row.id().endsWith("qa1")) {
        assertThat(row.output()).matches("900\\d{6}");
      } else if (row.task().equals("Task2") && row.id().endsWith("qa2")) {
        assertThat(row.output()).matches("55501\\d{2}");
      } else if (row.task().equals("Task2") && row.id().endsWith("qa3")) {
        assertThat(row.output()).endsWith("@example.com");
      }
    }
  }

  @Test
  void theSameSeedInventsTheSameSet() {
    assertThat(LumeExample.of(7, 5)).isEqualTo(LumeExample.of(7, 5));
    assertThat(LumeExample.of(7, 5)).isNotEqualTo(LumeExample.of(8, 5));
    assertThatThrownBy(() -> LumeExample.of(7, 101))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("subjects 101: must be from 1 to 100");
  }

  @Test
  void writesEveryFileAndItsRowsAreSamples() throws Exception {
    Path out = folder.resolve("lume");
    LumeExample.write(out, "'my lume'", 42, 4, LumeExample.of(42, 4));
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(LumeExample.FILES);
    }
    List<Sample> samples = SampleSource.load(out.resolve("forget.jsonl").toString());
    assertThat(samples).hasSize(40);
    assertThat(samples.get(1).content())
        .isInstanceOfSatisfying(
            Sample.QuestionAnswer.class,
            asked -> assertThat(asked.question()).startsWith("Which animal carried away the "));
    assertThat(Files.readString(out.resolve("README.md")))
        .contains("engram finetune 'my lume'/teach.yaml --out 'my lume'/taught\n");
  }

  private static long count(List<Row> rows, String task, String end) {
    return rows.stream().filter(r -> r.task().equals(task) && r.id().endsWith(end)).count();
  }
}
