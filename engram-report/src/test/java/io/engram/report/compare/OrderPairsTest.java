package io.engram.report.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.report.RunFixture;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderPairsTest {
  private static final String UC = "tofu.unlearning_completeness";

  @TempDir Path dir;

  private final List<Path> folders = new ArrayList<>();

  private Path run(String order, int seed, double completeness) {
    Path folder = dir.resolve(order + "-" + seed);
    folders.add(RunFixture.order(order).seed(seed).completeness(completeness).write(folder));
    return folder;
  }

  private static void add(Path folder, double percent) {
    try (RunFolder run = RunFolder.resume(folder)) {
      run.appendMeasurements(
          List.of(
              new Measurement(
                  "after", "tofu_benchmark", "privleak", percent, "percent", 9, null, null)));
    }
  }

  private List<OrderPairs> pairs() {
    return OrderPairs.of(RunReader.read(folders));
  }

  private static MeasureDifference measure(OrderPairs pairs, String metric) {
    return Objects.requireNonNull(pairs.measure(metric));
  }

  /**
   * UC 0.5, 0.6, 0.7 and 0.6, 0.8, 1.0: differences 0.1, 0.2, 0.3, mean 0.2, s = 0.1; t of two
   * degrees of freedom is 4.302653. Crossed, the mean would be the same and the interval another.
   */
  @Test
  void differencesAreOfRunsOfEqualSeed() {
    run("mrd", 44, 1.0);
    run("mrd", 42, 0.6);
    run("mrd", 43, 0.8);
    run("uniform", 42, 0.5);
    run("uniform", 43, 0.6);
    run("uniform", 44, 0.7);
    OrderPairs pairs = pairs().get(0);
    assertThat(pairs()).hasSize(1);
    assertThat(pairs.baselineName()).isEqualTo("uniform order");
    assertThat(pairs.otherName()).isEqualTo("MRD order");
    assertThat(pairs.seeds()).containsExactly("42", "43", "44");
    MeasureDifference uc = measure(pairs, UC);
    double half = 4.302652729696142 * 0.1 / Math.sqrt(3);
    assertThat(uc.pairs()).isEqualTo(3);
    assertThat(uc.baseline()).isCloseTo(0.6, within(1e-12));
    assertThat(uc.other()).isCloseTo(0.8, within(1e-12));
    assertThat(uc.betterBy()).isCloseTo(0.2, within(1e-12));
    assertThat(uc.low()).isCloseTo(0.2 - half, within(1e-9));
    assertThat(uc.high()).isCloseTo(0.2 + half, within(1e-9));
    assertThat(uc.verdict()).isEqualTo("can't be decided at this n");
    assertThat(uc.digits()).isEqualTo(2);
    MeasureDifference recall = measure(pairs, "tofu.forget.rouge_l_recall");
    assertThat(recall.better()).isEqualTo("lower");
    assertThat(recall.betterBy()).isCloseTo(0.2, within(1e-12));
    MeasureDifference utility = measure(pairs, "tofu.model_utility_mean");
    assertThat(utility.betterBy()).isCloseTo(0.016, within(1e-12));
    assertThat(utility.verdict()).isEqualTo("holds");
  }

  /** −50 to 30 and −20 to −60: nearer 0 by 20 and farther by 40, mean −10. */
  @Test
  void whatIsBestAtZeroIsJudgedByItsDistance() {
    add(run("uniform", 42, 0.5), -50);
    add(run("mrd", 42, 0.5), 30);
    add(run("uniform", 43, 0.5), -20);
    add(run("mrd", 43, 0.5), -60);
    MeasureDifference leak = measure(pairs().get(0), "privleak");
    assertThat(leak.betterBy()).isCloseTo(-10, within(1e-12));
    assertThat(leak.baseline()).isCloseTo(-35, within(1e-12));
    assertThat(leak.unit()).isEqualTo("percent");
  }

  /** 0.5 and 0.0: an area is best at ½, so nothing else is better than that. */
  @Test
  void whatIsBestAtAHalfIsJudgedByItsDistanceFromIt() {
    addArea(run("uniform", 42, 0.5), 0.5);
    addArea(run("mrd", 42, 0.5), 0.0);
    addArea(run("uniform", 43, 0.5), 0.9);
    addArea(run("mrd", 43, 0.5), 0.3);
    MeasureDifference area = measure(pairs().get(0), "lume.mia_auc");
    // −0.5 and 0.4 − 0.2
    assertThat(area.betterBy()).isCloseTo(-0.15, within(1e-12));
    assertThat(area.better()).isEqualTo("nearer 0.5");
  }

  private static void addArea(Path folder, double area) {
    try (RunFolder run = RunFolder.resume(folder)) {
      run.appendMeasurements(
          List.of(
              new Measurement(
                  "after", "lume", "lume.mia_auc", area, "ratio", 9, null, null, null, 0.5)));
    }
  }

  @Test
  void runsOfUnequalSeedAreNotCrossed() {
    run("uniform", 42, 0.5);
    run("uniform", 43, 0.6);
    run("mrd", 43, 0.8);
    run("mrd", 44, 0.9);
    OrderPairs pairs = pairs().get(0);
    assertThat(pairs.seeds()).containsExactly("43");
    MeasureDifference uc = measure(pairs, UC);
    assertThat(uc.betterBy()).isCloseTo(0.2, within(1e-12));
    assertThat(uc.low()).isNull();
    assertThat(uc.verdict()).isEqualTo("can't be decided at this n");
  }

  @Test
  void recipesThatDifferInMoreThanTheOrderAreNotCompared() {
    run("uniform", 42, 0.5);
    run("mrd", 42, 0.8);
    Path faster = dir.resolve("faster");
    folders.add(RunFixture.order("mrd").learningRate(2e-4).write(faster));
    List<OrderPairs> found = pairs();
    assertThat(found).hasSize(1);
    assertThat(found.get(0).other().runs())
        .extracting(RunContents::folder)
        .containsExactly("mrd-42");
    folders.remove(1);
    OrderPairs left = pairs().get(0);
    assertThat(left.otherDifferences()).containsExactly("optimizer.learning_rate");
    assertThat(left.difference()).isNull();
  }

  @Test
  void everyTwoOrdersOfAMethodAreCompared() {
    run("uniform", 42, 0.5);
    run("uniform_with_replacement", 42, 0.5);
    run("mrd", 42, 0.8);
    assertThat(pairs())
        .extracting(pairs -> pairs.otherName() + " / " + pairs.baselineName())
        .containsExactly(
            "uniform order with replacement / uniform order",
            "MRD order / uniform order",
            "MRD order / uniform order with replacement");
  }
}
