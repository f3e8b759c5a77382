package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderTrialTest {
  @TempDir private Path folder;

  /**
   * The strength reaches 0.6 at update 2. Utility falls from 0.9 to 0.5: at update 5 of the last
   * model, at 3 of the best.
   */
  @Test
  void utilityIsThatOfTheModelThatWasSaved() {
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(
          new Manifest(
              "code", "command", "recipe", "mini", "a", Map.of(), "cpu", "float32", "plain", 1,
              Map.of(), "start", null, "done"));
      for (int update = 1; update <= 5; update++) {
        run.journal().write("update", Map.of("update", update));
      }
      for (int update : new int[] {0, 4}) {
        Map<String, Object> found =
            Map.of(
                "update",
                update,
                "forgotten",
                update,
                "extraction_strength_mean",
                1 - 0.2 * update);
        run.journal().write("check", found);
      }
      run.appendMeasurements(List.of(utility("before", 0.9), utility("after", 0.5)));
      run.writeSamples(List.of());
      assertThat(utility()).isCloseTo(0.9 - 0.4 * 2 / 5, within(1e-12));
      run.journal().write("best", Map.of("update", 3, "left", 1));
    }
    assertThat(utility()).isCloseTo(0.9 - 0.4 * 2 / 3, within(1e-12));
  }

  /** Mean log-probabilities −1, −3, −2, their standard deviation 1; two of three are forgotten. */
  @Test
  void worstAndSpreadAreThoseOfRunsThatForgotEnough() {
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(
          new Manifest(
              "code", "command", "recipe", "mini", "a", Map.of(), "cpu", "float32", "plain", 1,
              Map.of(), "start", null, "done"));
      run.journal().write("check", Map.of("update", 0, "forgotten", 0));
      run.journal().write("check", Map.of("update", 4, "forgotten", 2));
      run.writeSamples(List.of(sample("a", -2), sample("b", -6), sample("c", -4)));
    }
    OrderTrial enough = OrderTrial.read(folder.resolve("run"), 0.5, 0, 1);
    assertThat(enough.updates()).isCloseTo(3, within(1e-12));
    assertThat(enough.worst()).isEqualTo(-1);
    assertThat(enough.spread()).isCloseTo(1, within(1e-12));
    OrderTrial missed = OrderTrial.read(folder.resolve("run"), 1, 0, 1);
    assertThat(missed.updates()).isNaN();
    assertThat(missed.worst()).isNaN();
    assertThat(missed.spread()).isNaN();
  }

  private static SampleRow sample(String id, double logProb) {
    return new SampleRow(id, "q?", "a", 2, 1, List.of(1), -1, logProb, null, null);
  }

  private double utility() {
    return OrderTrial.read(folder.resolve("run"), 1, 0.6, 1).utility();
  }

  private static Measurement utility(String stage, double value) {
    return new Measurement(stage, "tofu", "tofu.model_utility_mean", value, "ratio", 4, true, null);
  }

  /** 10 forgotten at update 4, 30 at 8: 25 at 7. */
  @Test
  void countsUpdatesBetweenTwoChecks() {
    TreeMap<Integer, Double> forgotten = new TreeMap<>(Map.of(0, 0.0, 4, 10.0, 8, 30.0, 12, 40.0));
    assertThat(OrderTrial.crossing(forgotten, 25, true)).isCloseTo(7, within(1e-12));
    assertThat(OrderTrial.crossing(forgotten, 40, true)).isEqualTo(12);
    assertThat(OrderTrial.crossing(forgotten, 41, true)).isNaN();
    assertThat(OrderTrial.crossing(forgotten, 0, true)).isZero();
    TreeMap<Integer, Double> strength = new TreeMap<>(Map.of(0, 0.9, 4, 0.5, 8, 0.1));
    assertThat(OrderTrial.crossing(strength, 0.2, false)).isCloseTo(7, within(1e-12));
  }

  @Test
  void readsASeriesBetweenItsPoints() {
    TreeMap<Integer, Double> utility = new TreeMap<>(Map.of(0, 0.9, 15, 0.6, 20, 0.7));
    assertThat(OrderTrial.at(utility, 5)).isCloseTo(0.8, within(1e-12));
    assertThat(OrderTrial.at(utility, 15)).isEqualTo(0.6);
    assertThat(OrderTrial.at(utility, 17.5)).isCloseTo(0.65, within(1e-12));
    assertThat(OrderTrial.at(utility, 21)).isNaN();
    assertThat(OrderTrial.at(utility, Double.NaN)).isNaN();
  }
}
