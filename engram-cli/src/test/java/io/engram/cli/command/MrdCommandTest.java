package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.data.DuckDb;
import io.engram.core.run.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class MrdCommandTest {
  @TempDir Path folder;

  @Test
  void showsWhatMrdIsAndTheEnds() throws Exception {
    Path out = folder.resolve("mrd.jsonl");
    Cli.Ran ran =
        Cli.run(
            "mrd",
            Cli.TINY,
            "tofu:forget01",
            "--limit",
            4,
            "--draws",
            4,
            "--sigma",
            "0.01",
            "--out",
            out);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("MRD (Memory Removal Difficulty)", "σ = 0.01, 4 draws, estimator antithetic")
        .contains("Hardest to forget:", "Easiest to forget:");
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(4);
    assertThat(JsonFiles.mapper().readTree(lines.get(0)).propertyNames())
        .containsExactly("id", "mrd", "standard_error", "draws", "tokens", "clamped");
  }

  @Test
  void jsonNamesTheEstimator() {
    Cli.Ran ran =
        Cli.run(
            "mrd",
            Cli.TINY,
            "tofu:forget01",
            "--limit",
            2,
            "--draws",
            2,
            "--sigma",
            "0.01",
            "--estimator",
            "shared",
            "--absolute",
            "inside",
            "--json",
            "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode object = JsonFiles.mapper().readTree(ran.out());
    assertThat(object.path("estimator").path("name").asString()).isEqualTo("shared");
    assertThat(object.path("estimator").path("absolute").asString()).isEqualTo("inside");
    assertThat(object.path("estimator").has("control_variate")).isFalse();
    assertThat(object.path("samples").size()).isEqualTo(2);
    assertThat(object.path("sigma").asDouble()).isEqualTo(0.01);
    assertThat(object.path("passes").asInt()).isEqualTo(2);
    assertThat(object.path("notes").get(0).asString()).startsWith("2 draws: too few");
  }

  @Test
  void predictedUpdatesAreNotCalledMrd() throws Exception {
    Path out = folder.resolve("updates.jsonl");
    List<Object> command =
        List.of("mrd", Cli.TINY, "tofu:forget01", "--limit", 3, "--until", "20", "--out", out);
    List<Object> predicting = new ArrayList<>(command);
    predicting.addAll(
        List.of(
            "--estimator", "predicted_updates", "--optimizer", "sgd", "--learning-rate", "0.1"));
    Cli.Ran ran = Cli.run(predicting.toArray());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains(
            "Predicted updates: how many", "Large = hard to forget", "predicted updates  tokens")
        .contains("updates of sgd at learning rate 0.1 on the weights, until a mean loss of 20.0")
        .doesNotContain("Memory Removal", "±", "σ");
    assertThat(Files.readAllLines(out)).hasSize(3);
    assertThat(JsonFiles.mapper().readTree(Files.readAllLines(out).get(0)).propertyNames())
        .containsExactly("id", "predicted_updates", "standard_error", "draws", "tokens", "clamped");
    assertThat(folder.resolve("updates.jsonl.draws")).doesNotExist();

    predicting.addAll(List.of("--json", "--quiet"));
    JsonNode object = JsonFiles.mapper().readTree(Cli.run(predicting.toArray()).out());
    assertThat(object.path("estimator").propertyNames())
        .containsExactly("name", "until", "scope", "optimizer", "learning_rate");
    assertThat(object.path("samples").size()).isEqualTo(3);
  }

  @Test
  void aRehearsalNeedsNoRecipe() throws Exception {
    List<Object> command =
        List.of(
            "difficulty",
            Cli.TINY,
            "tofu:forget01",
            "--limit",
            3,
            "--estimator",
            "rehearsal",
            "--until",
            "8",
            "--learning-rate",
            "1e-2",
            "--factor",
            "2",
            "--json",
            "--quiet");
    Cli.Ran ran = Cli.run(command.toArray());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode object = JsonFiles.mapper().readTree(ran.out());
    assertThat(object.path("estimator").propertyNames())
        .containsExactly("name", "factor", "until", "optimizer", "learning_rate");
    assertThat(object.path("samples").size()).isEqualTo(3);
    object.path("samples").forEach(s -> assertThat(s.path("rehearsal").asDouble()).isPositive());
    assertThat(object.path("notes").get(0).asString())
        .startsWith("updates at learning rate 0.01 until a mean loss of 8.0, from ")
        .endsWith(" updates with steps 2.0 times as long");
    assertThat(Cli.run(command.toArray()).out()).isEqualTo(ran.out());
  }

  @Test
  void otherScoresAreMeasuredTheSameWay() {
    Cli.Ran ran =
        Cli.run("difficulty", Cli.TINY, "tofu:forget01", "--limit", 3, "--estimator", "loss_mean");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("Mean loss: ", "Hardest to forget:", "mean loss  tokens");
    refused(
        "representation_distance: give --retain DATA", "--estimator", "representation_distance");
    refused("retrained_gap: give --retrained MODEL", "--estimator", "retrained_gap");
    refused("--retain: antithetic does not use it", "--retain", "tofu:retain99");
    refused("order.estimator.draws", "--estimator", "loss_mean", "--draws", "4");
  }

  @Test
  void whatPredictedUpdatesDoNotTake() {
    refused(
        "predicted_updates has neither σ nor draws",
        "--sweep",
        "draws=1..4",
        "--estimator",
        "predicted_updates");
    refused("order.estimator.sigma", "--sigma", "0.01", "--estimator", "predicted_updates");
    refused("order.estimator.until", "--until", "2");
    refused("are only for scores that predict updates: add --estimator", "--learning-rate", "1e-4");
  }

  @Test
  void optionsAreCheckedLikeRecipeKeysAllAtOnce() {
    Cli.Ran ran =
        Cli.run("mrd", Cli.TINY, "tofu:forget01", "--sigma", "-1", "--estimator", "antithetc");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains("order.estimator.sigma = -1", "order.estimator.name")
        .contains("antithetic, activation, shared, paper");
  }

  @Test
  void aSweepGivesRowsTablesAndAPicture() throws Exception {
    Path out = folder.resolve("sweep.jsonl");
    Path picture = folder.resolve("sweep.html");
    Cli.Ran ran =
        Cli.run(
            "mrd",
            Cli.TINY,
            "tofu:forget01",
            "--limit",
            4,
            "--sweep",
            "sigma=1e-9,1e-2,2e-2",
            "--sweep",
            "draws=1..6",
            "--estimator",
            "shared",
            "--out",
            out,
            "--picture",
            picture);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(4 * 3 * 6);
    JsonNode row = JsonFiles.mapper().readTree(lines.get(0));
    assertThat(row.propertyNames())
        .containsExactly("id", "sigma", "draws", "mrd", "standard_error");
    assertThat(row.path("sigma").asDouble()).isEqualTo(1e-9);
    // A σ below the floor is told and does not end the sweep.
    assertThat(ran.out().lines().filter(line -> line.contains("below the numerical floor")))
        .singleElement()
        .asString()
        .startsWith("1e-09");
    assertThat(ran.out()).contains("median MRD", "slope", "passes not finite", "0.02 ");
    assertThat(Files.readString(picture))
        .contains("id=\"figure-sigma\"", "MRD against the number of draws, σ = 0.02")
        .contains("σ = 1e-09 is in the table only");
  }

  /** With one draw there is no standard error: NaN, still a number. */
  @Test
  void aSweepNamedParquetIsParquet() {
    Path out = folder.resolve("sweep.parquet");
    Object[] command = {
      "mrd", Cli.TINY, "tofu:forget01", "--limit", 1, "--estimator", "shared", "--out", out
    };
    Cli.Ran ran = Cli.run(with(command, "--sweep", "draws=1..2"));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("2 rows written to " + out);
    assertThat(errors(out)).hasSize(2).allMatch(JsonNode::isNumber);
    assertThat(errors(out).get(0).doubleValue()).isNaN();
    assertThat(Cli.run(with(command, "--draws", "1")).err()).contains("1 row written to " + out);
    assertThat(errors(out)).singleElement().matches(JsonNode::isNumber);
  }

  private static List<JsonNode> errors(Path out) {
    return DuckDb.parquet(out, 0, 10_000).stream().map(row -> row.path("standard_error")).toList();
  }

  private static Object[] with(Object[] command, String... more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray();
  }

  @Test
  void whatASweepCannotBe() {
    refused("must be sigma=LIST or draws=LIST", "--sweep", "tokens=1,2");
    refused("--sweep sigma: \"x\" must be a number above 0", "--sweep", "sigma=1e-3,x");
    refused("--sweep sigma: \"0\" must be a number above 0", "--sweep", "sigma=0");
    refused("--sweep draws: \"9..3\" must be a whole number, at least 1", "--sweep", "draws=9..3");
    refused("--sweep draws: \"1.5\" must be", "--sweep", "draws=1.5");
    refused("draws is given twice", "--sweep", "draws=1..4", "--sweep", "draws=8");
    refused("give only one of them", "--sweep", "draws=1..4", "--draws", "8");
    refused("--picture needs a sweep", "--picture", "p.html");
    refused("draws = 5: must be even", "--sweep", "draws=1..5", "--estimator", "antithetic");
  }

  private static void refused(String message, String... options) {
    List<Object> arguments =
        new ArrayList<>(List.of("mrd", Cli.TINY, "tofu:forget01", "--limit", 2, "--quiet"));
    arguments.addAll(List.of(options));
    Cli.Ran ran = Cli.run(arguments.toArray());
    assertThat(ran.err()).contains(message);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
  }

  private Cli.Ran mrd(Path out, Object draws) {
    return Cli.run(
        "mrd",
        Cli.TINY,
        "tofu:forget01",
        "--limit",
        4,
        "--draws",
        draws,
        "--sigma",
        "0.01",
        "--out",
        out);
  }

  @Test
  void finishedDrawsOfAnInterruptedRunAreKept() throws Exception {
    Path whole = folder.resolve("whole.jsonl");
    assertThat(mrd(whole, 8).exitCode()).isZero();
    assertThat(folder.resolve("whole.jsonl.draws")).doesNotExist();
    // What can't be written leaves the draws where they are.
    Path out = folder.resolve("mrd.jsonl");
    Files.createDirectories(out.resolve("in the way"));
    assertThat(mrd(out, 4).exitCode()).isEqualTo(3);
    assertThat(folder.resolve("mrd.jsonl.draws")).exists();
    Files.delete(out.resolve("in the way"));
    Files.delete(out);
    Cli.Ran again = mrd(out, 8);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("reusing 2 of 4 pairs from an interrupted run");
    assertThat(out).hasSameTextualContentAs(whole);
    assertThat(folder.resolve("mrd.jsonl.draws")).doesNotExist();
  }

  @Test
  void autoSaysHowManyDrawsItTookAndWhy() {
    Cli.Ran ran =
        Cli.run(
            "mrd", Cli.TINY, "tofu:forget01", "--limit", 4, "--draws", "auto", "--sigma", "auto");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .containsPattern("σ = [0-9.e-]+, [0-9]+ draws, estimator antithetic")
        .contains("σ auto: ", "pairs: expected Kendall τ with the true ranking 0.");
  }

  @Test
  void sigmaThatIsNoNumberIsRefused() {
    assertThat(Cli.run("mrd", Cli.TINY, "tofu:forget01", "--sigma", "NaN").err())
        .contains("order.estimator.sigma = ");
    assertThat(Cli.run("mrd", Cli.TINY, "tofu:forget01", "--sigma", "0").err())
        .contains("order.estimator.sigma = 0: must be a number > 0");
    assertThat(Cli.run("mrd", Cli.TINY, "tofu:forget01", "--draws", "0").err())
        .contains("order.estimator.draws = 0: must be a whole number >= 1");
  }
}
