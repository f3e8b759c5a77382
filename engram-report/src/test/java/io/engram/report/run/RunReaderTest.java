package io.engram.report.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.JsonFiles;
import io.engram.report.RunFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RunReaderTest {
  @TempDir Path dir;

  @Test
  void runsThatDifferInNothingAreNamedByTheirFolders() {
    List<RunData> runs =
        RunReader.read(
            List.of(
                RunFixture.order("mrd").write(dir.resolve("first")),
                RunFixture.order("mrd").write(dir.resolve("second"))));
    assertThat(runs).extracting(RunData::label).containsExactly("first", "second");
  }

  @Test
  void updateWrittenAgainAfterResumeCountsOnce() {
    JournalView view =
        JournalReader.view(
            Stream.of(
                    Map.of("event", "update", "update", 1, "loss", 3.0),
                    Map.of("event", "update", "update", 2, "loss", 2.0),
                    Map.of("event", "resume", "update", 1),
                    Map.of("event", "update", "update", 2, "loss", 1.5),
                    Map.of("event", "refresh", "epoch", 0, "passes", 64, "seconds", 2.5),
                    Map.of("event", "unheard of"))
                .map(RunReaderTest::json)
                .toList());
    assertThat(view.updates()).extracting(Update::loss).containsExactly(3.0, 1.5);
    assertThat(view.updates().get(0).forgetLoss()).isNaN();
    assertThat(view.passes()).isEqualTo(64);
    assertThat(view.seconds()).isNaN();
    assertThat(view.resumed()).isTrue();
    assertThat(view.workSeconds()).isNaN();
  }

  private static JsonNode json(Map<String, ?> event) {
    return JsonFiles.mapper().readTree(JsonFiles.line(event));
  }

  @Test
  void recipeIsFlattenedAndDamageIsNoFault() {
    RecipeValues values = RecipeValues.parse("a: {b: [1, x], c: 1.0e-5}\nd: null\n");
    assertThat(values.values()).containsEntry("a.b", "1, x").containsEntry("d", "");
    assertThat(values.number("a.c")).isEqualTo(1e-5);
    assertThat(RecipeValues.parse("a: [").values()).isEmpty();
    assertThat(RecipeValues.parse("").values()).isEmpty();
  }
}
