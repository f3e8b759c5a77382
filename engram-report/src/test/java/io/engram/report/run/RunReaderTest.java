package io.engram.report.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.report.RunFixture;
import java.io.IOException;
import java.nio.file.Files;
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
    List<RunContents> runs =
        RunReader.read(
            List.of(
                RunFixture.order("mrd").write(dir.resolve("first")),
                RunFixture.order("mrd").write(dir.resolve("second"))));
    assertThat(runs).extracting(RunContents::label).containsExactly("first", "second");
  }

  /** Numbers in names and stages may be of any length. */
  @Test
  void epochsThatAreNoneAreLeftOut() throws IOException {
    Path run = RunFixture.order("mrd").write(dir.resolve("run"));
    Path last = run.resolve("mrd/epoch-002.jsonl");
    Files.copy(last, run.resolve("mrd/epoch-99999999999.jsonl"));
    Path file = run.resolve("measurements.jsonl");
    String lines = Files.readString(file).replace("\"before\"", "\"epoch-99999999999\"");
    Files.writeString(file, lines);
    RunContents read = RunReader.read(List.of(run)).get(0);
    assertThat(read.mrd()).containsOnlyKeys(0, 1, 2);
    assertThat(read.epochStages()).isEmpty();
  }

  private Path trials(String order, int... seeds) throws IOException {
    Path folder = Files.createDirectories(dir.resolve(order));
    Files.writeString(folder.resolve("recipe.yaml"), "seed: 42\n");
    for (int seed : seeds) {
      RunFixture.order(order).seed(seed).write(folder.resolve("trial-" + seed));
    }
    return folder;
  }

  @Test
  void folderOfTrialsStandsForThoseThatAreDone() throws IOException {
    Path uniform = trials("uniform", 100, 42);
    RunFixture.order("uniform").seed(43).status("running").write(uniform.resolve("trial-43"));
    Files.createDirectories(uniform.resolve("trial-44"));
    RunFolders folders = RunFolders.of(List.of(uniform, trials("mrd", 42)));
    assertThat(folders.leftOut())
        .containsExactly(
            uniform.resolve("trial-43") + " is not finished and is left out.",
            uniform.resolve("trial-44") + " is not finished and is left out.");
    List<RunContents> runs = RunReader.read(List.of(uniform, dir.resolve("mrd")));
    assertThat(runs)
        .extracting(RunContents::label)
        .containsExactly("uniform order, seed 42", "uniform order, seed 100", "MRD order");
    assertThat(runs).extracting(run -> run.look().index()).containsExactly(0, 0, 1);
    assertThat(runs.get(1).folder()).isEqualTo("uniform/trial-100");
    assertThat(RunReader.read(List.of(uniform)))
        .extracting(RunContents::label)
        .containsExactly("seed 42", "seed 100");
  }

  @Test
  void folderWithoutATrialThatIsDoneIsRefused() throws IOException {
    Path folder = trials("uniform");
    RunFixture.order("uniform").status("interrupted").write(folder.resolve("trial-42"));
    assertThatThrownBy(() -> RunReader.read(List.of(folder)))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no finished trial")
        .hasMessageContaining("--resume");
  }

  @Test
  void ordersOfOneNameAreToldApartByTheirKeys() {
    List<RunContents> runs =
        RunReader.read(
            List.of(
                RunFixture.order("mrd").sigma("1.0e-3").write(dir.resolve("a")),
                RunFixture.order("mrd").sigma("1.0e-2").write(dir.resolve("b"))));
    assertThat(runs)
        .extracting(RunContents::label)
        .containsExactly("MRD order, sigma 0.001", "MRD order, sigma 0.01");
  }

  @Test
  void updateWrittenAgainAfterResumeCountsOnce() {
    JournalView view =
        JournalView.JournalReader.view(
            Stream.of(
                    Map.of("event", "update", "update", 1, "loss", 3.0),
                    Map.of("event", "update", "update", 2, "loss", 2.0),
                    Map.of("event", "resume", "update", 1),
                    Map.of("event", "update", "update", 2, "loss", 1.5),
                    Map.of("event", "refresh", "epoch", 0, "passes", 64, "seconds", 2.5),
                    Map.of("event", "unheard of"))
                .map(RunReaderTest::json)
                .toList());
    assertThat(view.updates()).extracting(JournalView.Update::loss).containsExactly(3.0, 1.5);
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
