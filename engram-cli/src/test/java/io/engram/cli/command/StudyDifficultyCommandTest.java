package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.core.study.Study;
import io.engram.unlearn.study.DifficultyRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class StudyDifficultyCommandTest {
  @TempDir Path folder;

  private Path recipe(Object model) throws Exception {
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: {path: %s}
        forget: {data: tofu:forget10}
        method: {name: ga}
        optimizer: {name: adamw, learning_rate: 2.0e-5, weight_decay: 0, schedule: constant}
        eval: {suites: []}
        """
            .formatted(model));
  }

  private Cli.Ran run(Object model, Object... more) throws Exception {
    Object[] first = {
      "study",
      "difficulty",
      recipe(model),
      "--limit",
      3,
      "--pairs",
      1,
      "--sigma",
      "1e-3",
      "--most",
      3,
      "--out",
      folder.resolve("study")
    };
    Object[] all = new Object[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return Cli.run(all);
  }

  @Test
  void writesTheStudyAndItsPage() throws Exception {
    Cli.Ran ran = run("mini");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("3 samples were unlearned one by one from the same model by ga")
        .contains("What the scores cost", "mrd_outside_mean@0.001");
    assertThat(ran.err()).contains("study.html");
    Study study = Study.read(folder.resolve("study/study.json"));
    assertThat(study.provenance().recipe()).contains("learning_rate: 2.0E-5");
    assertThat(folder.resolve("study/study.html"))
        .content()
        .contains("Does MRD predict how many updates a sample needs?", "figure-4");
    assertThat(Files.readAllLines(folder.resolve("study/difficulty.jsonl"))).hasSize(3);

    // Finished, it's shown again and not run again.
    Cli.Ran again = run("mini", "--json", "--quiet");
    assertThat(again.exitCode()).as(again.err()).isZero();
    JsonNode shown = JsonFiles.mapper().readTree(again.out()).path("study");
    assertThat(shown.path("question").asString()).isEqualTo(study.question());
    assertThat(Files.readAllLines(folder.resolve("study/difficulty.jsonl"))).hasSize(3);
  }

  /** EL and MA together are met no sooner than MA alone. */
  @Test
  void samplesAreUnlearnedInOneRunUntilExtractionFallsToo() throws Exception {
    Cli.Ran ran = run("mini", "--jointly", "--el", "optimizer.learning_rate=1e-4");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("3 samples were unlearned jointly, 3 per update in uniform order, from")
        .contains("Criterion el_ma: memorization accuracy at most", ", EL at most");
    List<DifficultyRow> rows =
        JsonFiles.readLines(folder.resolve("study/difficulty.jsonl"), DifficultyRow.class);
    assertThat(rows).hasSize(3).anyMatch(row -> row.updates().containsKey("el_ma"));
    for (DifficultyRow row : rows) {
      double both = row.updates().getOrDefault("el_ma", Double.POSITIVE_INFINITY);
      double accuracy = row.updates().getOrDefault("ma_average", Double.POSITIVE_INFINITY);
      assertThat(both).isGreaterThanOrEqualTo(accuracy);
    }
  }

  @Test
  void aLimitOfZeroTakesAll() throws Exception {
    Path out = folder.resolve("all");
    Cli.Ran ran =
        Cli.run(
            with(
                "--limit 0 --pairs 1 --sigma 1e-3 --most 1 forget.limit=2",
                recipe(Cli.TINY),
                "--out",
                out));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(Files.readAllLines(out.resolve("difficulty.jsonl"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--limit -1: must be 1 or more, or 0 for all",
        "--groups -1: must be 1 or more, or 0 for none",
        "--group-size 0: must be 1 or more",
        "--pairs 0: must be 1 or more",
        "--most 0: must be 1 or more",
        "--until 0.0: must be a number above 0",
        "--sigma -1.0: must be a number above 0"
      })
  void whatANumberMustBeIsTold(String fault) throws Exception {
    String given = fault.substring(0, fault.indexOf(':'));
    Cli.Ran ran = Cli.run(with(given, recipe(Cli.TINY), "--out", folder.resolve("study")));
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains(fault);
    assertThat(folder.resolve("study")).doesNotExist();
  }

  private static Object[] with(String options, Object... more) {
    return Stream.of(
            Stream.of("study", "difficulty"), Stream.of(more), Stream.of(options.split(" ")))
        .flatMap(part -> part)
        .toArray();
  }

  @Test
  void groupsAreNotUnlearnedJointly() throws Exception {
    Cli.Ran ran = run(Cli.TINY, "--jointly", "--groups", "2", "--quiet");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("--jointly and --groups exclude each other");
  }

  @Test
  void refusalsCantBeStudied() throws Exception {
    Cli.Ran ran = run("mini", "--quiet", "method.name=po", "retain.data=tofu:retain90");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .contains("method.name = po: replaces the answers by refusals")
        .contains("ga, grad_diff, npo, simnpo, wga, satimp, tnpo and ceu can be studied.");
    assertThat(folder.resolve("study")).doesNotExist();
  }

  @Test
  void aFolderOfAnotherStudyIsNamed() throws Exception {
    assertThat(run(Cli.TINY, "--quiet").exitCode()).isZero();
    for (String[] changed :
        new String[][] {{"seed=7", "seed=7"}, {"--seed", "7"}, {"--dtype", "bfloat16"}}) {
      Cli.Ran other = run(Cli.TINY, "--quiet", changed[0], changed[1]);
      assertThat(other.exitCode()).isEqualTo(2);
      assertThat(other.err()).contains("study holds another study", "another folder with --out");
    }
  }

  @Test
  void helpShowsIt() {
    Cli.Ran ran = Cli.run("study", "difficulty", "--help");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .startsWith("Usage: engram study difficulty")
        .contains("RECIPE.yaml", "--sigma", "--pairs", "--until", "--most", "--groups", "--out")
        .contains("--device", "--dtype", "--batch-tokens", "--seed", "--threads", "--json");
    assertThat(Cli.run("study", "--help").out()).contains("difficulty");
    assertThat(Cli.run("--help").out()).contains("study", "Runs experiments on MRD itself");
    Cli.Ran without = Cli.run("study");
    assertThat(without.exitCode()).isEqualTo(2);
    assertThat(without.err()).contains("give a command: difficulty RECIPE.yaml");
  }
}
