package io.engram.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.RunFolder;
import io.engram.report.RunFixture;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryTest {
  @TempDir Path dir;

  private List<RunContents> bothOrders(double uniform, double mrd) {
    return RunReader.read(
        List.of(
            RunFixture.order("uniform").completeness(uniform).write(dir.resolve("a" + mrd)),
            RunFixture.order("mrd").completeness(mrd).write(dir.resolve("b" + mrd))));
  }

  private static String plain(String text) {
    return text.replace('\u00a0', ' ');
  }

  @Test
  void asksAndAnswersInSentences() {
    Summary summary = Summary.of(bothOrders(0.61, 0.70));
    assertThat(summary.asked())
        .isEqualTo(
            "Make the built-in demonstration model (mini) forget 40 samples (tofu:forget10) and"
                + " keep the rest (tofu:retain90), with NPO in uniform order and MRD order: 6"
                + " epochs with 4 samples an update.");
    assertThat(plain(summary.cameOut().get(0)))
        .isEqualTo(
            "Unlearning completeness (UC) rose from 0.214 ± 0.025 to 0.610 ± 0.025 in uniform"
                + " order and to 0.700 ± 0.025 in MRD order.");
    assertThat(summary.cameOut().get(2))
        .startsWith("MRD order against uniform order: UC is higher");
  }

  @Test
  void saysSoWhenMrdOrderIsWorseOrTheSame() {
    assertThat(Summary.of(bothOrders(0.61, 0.40)).cameOut().get(2))
        .contains("UC is lower by 0.210")
        .endsWith("is contradicted here on UC.");
    assertThat(Summary.of(bothOrders(0.61, 0.61)).cameOut().get(2))
        .contains("UC is not different beyond two standard errors")
        .endsWith("is neither supported nor contradicted here.");
  }

  @Test
  void uniformOrderWithReplacementIsAComparisonOfItsOwn() {
    Summary summary =
        Summary.of(
            RunReader.read(
                List.of(
                    RunFixture.order("uniform_with_replacement").write(dir.resolve("g")),
                    RunFixture.order("mrd").completeness(0.70).write(dir.resolve("h")))));
    assertThat(summary.asked())
        .contains("with NPO in uniform order with replacement and MRD order:");
    assertThat(summary.cameOut().get(2))
        .startsWith("MRD order against uniform order with replacement: UC is higher")
        .endsWith("is supported here on UC and left open on UT.");
  }

  @Test
  void otherDifferencesBetweenTheRecipesAreTold() {
    List<RunContents> runs =
        RunReader.read(
            List.of(
                RunFixture.order("uniform").write(dir.resolve("d")),
                RunFixture.order("mrd")
                    .size(40, 80)
                    .model("models/other")
                    .write(dir.resolve("e"))));
    List<String> cameOut = Summary.of(runs).cameOut();
    assertThat(cameOut.get(2))
        .endsWith(
            "can't be judged by this: the two recipes differ in more than the order (model.path).");
    assertThat(cameOut.get(3))
        .isEqualTo(
            "The two runs did not make the same number of updates (60 and 80), so the comparison"
                + " is not at equal cost.");
  }

  private List<RunContents> trials(int... mrdSeeds) {
    List<Path> folders = new ArrayList<>();
    double[] uniform = {0.5, 0.6, 0.7};
    for (int i = 0; i < uniform.length; i++) {
      Path folder = dir.resolve("u" + i);
      folders.add(RunFixture.order("uniform").seed(42 + i).completeness(uniform[i]).write(folder));
    }
    for (int seed : mrdSeeds) {
      double completeness = 0.6 + 0.2 * (seed - 42);
      Path folder = dir.resolve("m" + seed);
      folders.add(RunFixture.order("mrd").seed(seed).completeness(completeness).write(folder));
    }
    return RunReader.read(folders);
  }

  /** The numbers are those of OrderPairsTest; UT is 0.016 higher in each pair. */
  @Test
  void trialsAreToldByMeansAndPairs() {
    List<RunContents> runs = trials(42, 43, 44);
    List<String> cameOut = Summary.of(runs).cameOut();
    assertThat(plain(cameOut.get(0)))
        .isEqualTo(
            "Unlearning completeness (UC) rose from 0.214 to 0.600 ± 0.100 (3 trials) in uniform"
                + " order and to 0.800 ± 0.200 (3 trials) in MRD order.");
    assertThat(cameOut.get(2))
        .startsWith(
            "MRD order against uniform order, 3 pairs of runs of equal seed (42 to 44): UC differs"
                + " by 0.20 (95 % interval −0.05 to 0.45), UT by 0.0160 (0.0160 to 0.0160). ")
        .endsWith(
            "The paper's claim, that MRD order does better, can't be decided at this n on UC and"
                + " holds on UT.");
    assertThat(cameOut).hasSize(3);
    assertThat(Limits.beside(runs)).contains("3 seeds (42 to 44)");
    assertThat(Limits.of(runs)).anyMatch(limit -> limit.contains("Student's t"));
    Headline forgotten = Headline.of(runs).get(0);
    assertThat(forgotten.values())
        .extracting(value -> value.key().label() + " " + value.value())
        .containsExactly(
            "before 0.214", "after, uniform order, 3 runs 0.600", "after, MRD order, 3 runs 0.800");
    assertThat(plain(forgotten.values().get(2).error())).isEqualTo("± 0.200");
    assertThat(OrderComparison.PairedTable.of(runs)).hasSize(1);
    assertThat(OrderComparison.PairedTable.of(runs).get(0).caption())
        .isEqualTo("MRD order against uniform order, NPO, tofu: 3 pairs of equal seed (42 to 44)");
  }

  @Test
  void onePairSaysThatItHasNoInterval() {
    assertThat(Summary.of(bothOrders(0.61, 0.70)).cameOut().get(3))
        .isEqualTo(
            "This is one pair of runs (seed 42): differences without an interval between seeds.");
  }

  @Test
  void withoutACommonSeedNothingIsCompared() {
    List<RunContents> runs = trials(50);
    assertThat(Summary.of(runs).cameOut().get(2))
        .isEqualTo(
            "MRD order against uniform order: not compared, because no two of their runs have the"
                + " same seed.");
    assertThat(OrderComparison.PairedTable.of(runs)).isEmpty();
  }

  @Test
  void claimIsJudgedByBothVerdicts() {
    assertThat(OrderComparison.PairedSentence.claim("holds", "holds")).isEqualTo("holds on both.");
    assertThat(OrderComparison.PairedSentence.claim("fails", "no difference at all"))
        .isEqualTo("fails on UC and finds no difference at all on UT.");
  }

  @Test
  void oneRunNeedsNoLabels() {
    List<RunContents> one =
        RunReader.read(List.of(RunFixture.order("uniform").write(dir.resolve("c"))));
    assertThat(plain(Summary.of(one).cameOut().get(0)))
        .isEqualTo("Unlearning completeness (UC) rose from 0.214 ± 0.025 to 0.610 ± 0.025.");
  }

  /** {@code keep: best} saved an earlier model than the one that the last check saw. */
  @Test
  void theModelThatWasSavedIsCounted() {
    Path folder = RunFixture.order("uniform").write(dir.resolve("best"));
    try (RunFolder run = RunFolder.resume(folder)) {
      check(run, 1, 8);
      check(run, 3, 9);
      assertThat(Summary.of(RunReader.read(List.of(folder))).cameOut())
          .contains(
              "Uniform order: the stopping rule found 9 of 20 samples forgotten after 3 updates.");
      run.journal().write("best", Map.of("update", 1, "left", 12, "keep_loss", 0.3));
    }
    assertThat(Summary.of(RunReader.read(List.of(folder))).cameOut())
        .contains(
            "Uniform order: the stopping rule found 8 of 20 samples forgotten after 1 update, in"
                + " the model that was saved.");
  }

  private static void check(RunFolder run, int update, int forgotten) {
    run.journal()
        .write(
            "check",
            Map.of("update", update, "samples", 20, "forgotten", forgotten, "drawn_from", 20));
  }

  @Test
  void runsJudgedByDifferentEncodersAreNotCompared() {
    List<RunContents> runs =
        RunReader.read(
            List.of(
                RunFixture.order("uniform").write(dir.resolve("f")),
                RunFixture.order("mrd")
                    .encoder("paraphrase-MiniLM-L6-v2, sha256 0123456789ab")
                    .write(dir.resolve("g"))));
    assertThat(Limits.beside(runs).get(1))
        .isEqualTo(
            "sentence encoder: all-MiniLM-L6-v2, quantised (a stand-in for the paper's"
                + " paraphrase-MiniLM-L6-v2) and paraphrase-MiniLM-L6-v2, sha256 0123456789ab (the"
                + " paper's, by its name)");
    assertThat(Limits.of(runs)).anyMatch(limit -> limit.contains("judged by the same encoder"));
  }

  @Test
  void limitsNameWhatQualifiesTheNumbers() {
    List<RunContents> runs = bothOrders(0.61, 0.70);
    assertThat(Limits.beside(runs))
        .containsExactly(
            "at most 40 rows of each evaluation set",
            "sentence encoder: all-MiniLM-L6-v2, quantised (a stand-in for the paper's"
                + " paraphrase-MiniLM-L6-v2)",
            "one seed (42)");
    assertThat(Limits.of(runs)).noneMatch(limit -> limit.contains("same encoder"));
    assertThat(Headline.of(runs).get(2).values().get(0).value()).isEqualTo("5 min 00 s");
    assertThat(Headline.of(runs).get(2).note()).isEqualTo("plus evaluation: 12.4 s, 12.4 s · cpu");
    assertThat(Limits.of(runs)).noneMatch(limit -> limit.contains("judged by"));
    assertThat(Limits.of(runs)).anyMatch(limit -> limit.contains("σ = 0.001"));
    assertThat(PaperReference.of(runs).orElseThrow().rows()).hasSize(3);
    assertThat(RecipeComparison.of(runs).differing()).isEqualTo(1);
    assertThat(RecipeComparison.of(runs).lines().get(0).values()).containsExactly("uniform", "mrd");
  }
}
