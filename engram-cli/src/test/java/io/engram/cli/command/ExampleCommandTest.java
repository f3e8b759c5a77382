package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class ExampleCommandTest {
  @TempDir Path folder;

  @Test
  void writesTheFolderAndSaysHowToGoOn() throws Exception {
    Path out = folder.resolve("pii");
    Cli.Ran ran = Cli.run("example", "pii", "--out", out);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("20 samples about 5 customers", "96 samples about 20 customers")
        .contains("engram finetune " + out + "/teach.yaml --out " + out + "/taught")
        .contains("--controls " + out + "/controls.jsonl --out " + out + "/forgotten")
        .containsSubsequence(Files.readAllLines(out.resolve("requests.jsonl")).subList(0, 2));
  }

  @Test
  void theRecipeHasNoFaults() {
    Path out = folder.resolve("pii");
    Cli.run("example", "pii", "--out", out);
    Cli.Ran ran = Cli.run("recipe", "check", out.resolve("teach.yaml"));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out()).contains(out.resolve("requests.jsonl").toString(), "path: \"mini\"");
  }

  @Test
  void seedAndNumberOfPeopleAreChosen() throws Exception {
    JsonNode one = json("a", "--seed", "1", "--people", "30");
    assertThat(one.path("requests").intValue()).isEqualTo(120);
    assertThat(one.path("keep").intValue()).isEqualTo(136);
    assertThat(one.path("commands").size()).isEqualTo(2);
    json("b", "--seed", "1", "--people", "30");
    json("c", "--seed", "2", "--people", "30");
    assertThat(requests("b")).isEqualTo(requests("a"));
    assertThat(requests("c")).isNotEqualTo(requests("a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "501", "-3"})
  void aNumberOfPeopleOutOfRangeIsRefused(String people) {
    Cli.Ran ran = Cli.run("example", "pii", "--out", folder.resolve("x"), "--people", people);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("--people " + people + ": must be from 1 to 500");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void aFolderInUseIsRefused() throws Exception {
    Files.writeString(folder.resolve("mine.txt"), "mine");
    Cli.Ran ran = Cli.run("example", "pii", "--out", folder);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains(folder + " is not empty; name a new or empty folder.");
    assertThat(folder).isDirectoryContaining("glob:**mine.txt");
  }

  @Test
  void writesASetInTheShapeOfLume() throws Exception {
    Path out = folder.resolve("lume");
    Cli.Ran ran = Cli.run("example", "lume", "--out", out, "--subjects", "3");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("30 and 30 rows about 3 stories, people and biographies each")
        .contains("engram eval " + out + "/taught --suite lume:" + out)
        .contains(Files.readAllLines(out.resolve("forget.jsonl")).get(0));
    for (String recipe : new String[] {"teach.yaml", "retrain.yaml"}) {
      Cli.Ran checked = Cli.run("recipe", "check", out.resolve(recipe));
      assertThat(checked.exitCode()).as(checked.err()).isZero();
      assertThat(checked.out()).contains(out.resolve("retain.jsonl").toString());
    }
    Cli.Ran many = Cli.run("example", "lume", "--out", folder.resolve("x"), "--subjects", "101");
    assertThat(many.exitCode()).isEqualTo(2);
    assertThat(many.err()).contains("--subjects 101: must be from 1 to 100");
  }

  @Test
  void anExampleMustBeNamed() {
    Cli.Ran ran = Cli.run("example");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("name an example: engram example pii --out DIR");
  }

  private JsonNode json(String name, String... options) {
    Object[] arguments = new Object[options.length + 5];
    Object[] first = {"example", "pii", "--out", folder.resolve(name), "--json"};
    System.arraycopy(first, 0, arguments, 0, first.length);
    System.arraycopy(options, 0, arguments, first.length, options.length);
    Cli.Ran ran = Cli.run(arguments);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return JsonFiles.mapper().readTree(ran.out());
  }

  private String requests(String name) throws Exception {
    return Files.readString(folder.resolve(name).resolve("requests.jsonl"));
  }
}
