package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class KolmogorovSmirnovTest {
  /** Of the 6 orders of 2 + 2 values, 2 have D = 1 and the others ½. */
  @Test
  void countsTheOrdersOfTwoSmallSamples() {
    KolmogorovSmirnov.Result apart =
        KolmogorovSmirnov.twoSample(new double[] {1, 2}, new double[] {3, 4});
    assertThat(apart.statistic()).isEqualTo(1);
    assertThat(apart.p()).isCloseTo(2.0 / 6, within(1e-15));
    assertThat(apart.log10P()).isCloseTo(Math.log10(2.0 / 6), within(1e-15));
    KolmogorovSmirnov.Result mixed =
        KolmogorovSmirnov.twoSample(new double[] {1, 3}, new double[] {2, 4});
    assertThat(mixed.statistic()).isEqualTo(0.5);
    assertThat(mixed.p()).as("any order reaches ½").isCloseTo(1, within(1e-15));
  }

  @Test
  void equalSamplesHaveOne() {
    double[] x = {0.0, 2, Double.POSITIVE_INFINITY, 2};
    double[] y = {2, -0.0, 2, Double.POSITIVE_INFINITY};
    assertThat(KolmogorovSmirnov.twoSample(x, y))
        .isEqualTo(new KolmogorovSmirnov.Result(0, 0))
        .extracting(KolmogorovSmirnov.Result::p)
        .isEqualTo(1.0);
  }

  /** 2 of C(800, 400) orders. */
  @Test
  void smallProbabilitiesKeepTheirDigits() {
    double[] x = IntStream.range(0, 400).asDoubleStream().toArray();
    double[] y = Arrays.stream(x).map(value -> value + 1000).toArray();
    double log10 = Math.log10(2);
    for (int k = 1; k <= 400; k++) {
      log10 -= Math.log10((400.0 + k) / k);
    }
    assertThat(log10).isLessThan(-238);
    assertThat(KolmogorovSmirnov.twoSample(x, y).log10P()).isCloseTo(log10, within(1e-10));
  }

  @Test
  void equalsSciPy() {
    for (JsonNode golden : Golden.json("ks.json").path("cases")) {
      KolmogorovSmirnov.Result found =
          KolmogorovSmirnov.twoSample(
              Golden.doubles(golden.path("x")), Golden.doubles(golden.path("y")));
      assertThat(found.statistic()).isCloseTo(golden.path("statistic").asDouble(), within(1e-14));
      double logP = Math.log(golden.path("p_exact").asDouble());
      assertThat(found.logP()).isCloseTo(logP, within(1e-10));
    }
  }

  @Test
  void equalsTheCountInWholeNumbers() {
    for (JsonNode golden : Golden.json("benchmark_metrics.json").path("ks")) {
      int n = golden.path("n").asInt();
      int m = golden.path("m").asInt();
      long distance = golden.path("distance").asLong();
      double logP = golden.path("log_p").asDouble();
      assertThat(KolmogorovSmirnov.LatticePaths.logShareOutside(n, m, distance))
          .as(golden.toString())
          .isCloseTo(logP, within(1e-9));
      assertThat(KolmogorovSmirnov.LatticePaths.logShareOutside(m, n, distance))
          .isCloseTo(logP, within(1e-9));
    }
  }

  @Test
  void goesOverToTheLimitAboveTenThousandValues() {
    for (JsonNode golden : Golden.json("benchmark_metrics.json").path("ks_limit")) {
      double lambda = golden.path("lambda").asDouble();
      assertThat(Math.exp(KolmogorovSmirnov.logLimit(lambda)))
          .isCloseTo(golden.path("p").asDouble(), within(1e-12));
    }
    assertThat(KolmogorovSmirnov.logLimit(0)).isZero();
    double[] x = IntStream.range(0, 10_001).asDoubleStream().toArray();
    double[] y = Arrays.stream(x).map(value -> value + 200.5).toArray();
    double lambda = 201.0 / 10_001 * Math.sqrt(10_001 / 2.0);
    assertThat(KolmogorovSmirnov.twoSample(x, y).logP())
        .isCloseTo(KolmogorovSmirnov.logLimit(lambda), within(1e-12));
  }

  @Test
  void refusesWhatHasNoOrder() {
    assertThatThrownBy(() -> KolmogorovSmirnov.twoSample(new double[0], new double[] {1}))
        .hasMessage("a sample of the Kolmogorov-Smirnov test is empty or contains NaN");
    assertThatThrownBy(
            () -> KolmogorovSmirnov.twoSample(new double[] {1}, new double[] {Double.NaN}))
        .hasMessage("a sample of the Kolmogorov-Smirnov test is empty or contains NaN");
  }
}
