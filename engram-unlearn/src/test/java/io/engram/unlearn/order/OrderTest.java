package io.engram.unlearn.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.MrdRow;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.Estimates;
import io.engram.unlearn.difficulty.LossMean;
import io.engram.unlearn.difficulty.PredictedUpdates;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.order.MrdOrder.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;

class OrderTest {
  private static final double[] NONE = {};

  private static int[] all(int size) {
    return IntStream.range(0, size).toArray();
  }

  private static int[] uniform(int epoch, int size, int draws, long seed) {
    return new UniformOrder(false).epoch(epoch, all(size), draws, seed, NONE);
  }

  private static int[] withReplacement(int epoch, int size, int draws, long seed) {
    return new UniformOrder(true).epoch(epoch, all(size), draws, seed, NONE);
  }

  private static MrdOrder by(Weight weight) {
    return new MrdOrder(1, weight, Estimates.pairs(Control.OFF, 1e-3, 2));
  }

  private static List<MrdRow> rows(double... mrd) {
    return IntStream.range(0, mrd.length)
        .mapToObj(i -> new MrdRow("s" + i, mrd[i], 0.1, 2, 5, 0))
        .toList();
  }

  @Test
  void uniformVisitsEverySampleOnceInANewOrder() {
    int[] first = uniform(0, 50, 50, 42);
    assertThat(IntStream.of(first).sorted().toArray())
        .containsExactly(IntStream.range(0, 50).toArray());
    assertThat(uniform(1, 50, 50, 42)).isNotEqualTo(first);
    assertThat(uniform(0, 50, 50, 42)).containsExactly(first);
    assertThat(uniform(0, 50, 50, 43)).isNotEqualTo(first);
  }

  /** Three samples, eight draws: two whole rounds and two of a third. */
  @Test
  void uniformGoesRoundAfterRoundWhereFewAreLeft() {
    int[] drawn = uniform(5, 3, 8, 42);
    assertThat(drawn).hasSize(8);
    for (int from : new int[] {0, 3}) {
      assertThat(Arrays.copyOfRange(drawn, from, from + 3)).containsExactlyInAnyOrder(0, 1, 2);
    }
    assertThat(drawn[6]).isNotEqualTo(drawn[7]);
    assertThat(uniform(5, 3, 8, 42)).containsExactly(drawn);
    assertThat(Arrays.copyOf(uniform(5, 8, 8, 42), 8)).containsExactly(uniform(5, 8, 8, 42));
    assertThat(uniform(0, 1, 3, 42)).containsExactly(0, 0, 0);
  }

  /** 6,000 epochs of 7 draws from 5: the chance of a worse χ² is moderate, as of true draws. */
  @Test
  void uniformWithReplacementDrawsEachAsOften() {
    long[] counts = new long[5];
    int whole = 0;
    for (int epoch = 0; epoch < 6000; epoch++) {
      int[] drawn = withReplacement(epoch, 5, 7, 42);
      assertThat(drawn).hasSize(7);
      Arrays.stream(drawn).forEach(i -> counts[i]++);
      whole += Arrays.stream(drawn).distinct().count() == 5 ? 1 : 0;
    }
    double[] expected = new double[5];
    Arrays.fill(expected, 6000 * 7 / 5.0);
    assertThat(new ChiSquareTest().chiSquareTest(expected, counts)).isBetween(1e-3, 1 - 1e-3);
    // All five are among seven draws with chance 5! S(7, 5) / 5^7 = 120 * 140 / 78125 = 0.215.
    assertThat(whole / 6000.0).isCloseTo(0.215, within(0.016)); // three standard errors
  }

  @Test
  void uniformWithReplacementIsMrdOrderOfEqualMrd() {
    double[] equal = by(Weight.MRD).probabilities(rows(0.5, 0.5, 0.5, 0.5));
    for (int epoch = 0; epoch < 50; epoch++) {
      assertThat(withReplacement(epoch, 4, 4, 42))
          .containsExactly(new WeightedDraws(equal).epoch(epoch, 4, 42));
    }
    int[] first = withReplacement(3, 40, 40, 42);
    assertThat(withReplacement(3, 40, 40, 42)).containsExactly(first);
    assertThat(withReplacement(4, 40, 40, 42)).isNotEqualTo(first);
    assertThat(withReplacement(3, 40, 40, 43)).isNotEqualTo(first);
  }

  @Test
  void probabilitiesAreRenormalisedOverThePool() {
    double[] all = {0.1, 0.4, 0.3, 0.2, 0, 0};
    assertThat(MrdOrder.within(all, new int[] {0, 2, 4}))
        .containsExactly(new double[] {0.25, 0.75, 0}, within(1e-15));
    assertThat(MrdOrder.within(all, new int[] {4, 5})).containsExactly(0.5, 0.5);
    MrdOrder order = new MrdOrder(1, Weight.MRD, new LossMean());
    int[] drawn = order.epoch(1, new int[] {0, 2, 4}, 6, 42, all);
    assertThat(drawn).hasSize(6);
    assertThat(Arrays.stream(drawn)).allMatch(i -> i == 0 || i == 2);
  }

  @Test
  void weightsBecomeProbabilities() {
    List<MrdRow> rows = rows(0.1, 0.4, 0.4, 0.2);
    assertThat(by(Weight.MRD).probabilities(rows))
        .containsExactly(new double[] {1 / 11.0, 4 / 11.0, 4 / 11.0, 2 / 11.0}, within(1e-15));
    // 10 : 2.5 : 2.5 : 5
    assertThat(by(Weight.INVERSE).probabilities(rows))
        .containsExactly(new double[] {0.5, 0.125, 0.125, 0.25}, within(1e-15));
    // Places 1, 3.5, 3.5, 2.
    assertThat(by(Weight.RANK).probabilities(rows))
        .containsExactly(new double[] {0.1, 0.35, 0.35, 0.2}, within(1e-15));
  }

  /** N = 0 and N = 0.5 count as one update: as easy as N = 1, not endlessly easier. */
  @Test
  void predictedUpdatesAreEaseTheOtherWayRound() {
    PredictedUpdates updates = new PredictedUpdates(1.5, Scope.ANSWER);
    List<MrdRow> rows = rows(0, 0.5, 1, 2, 4);
    // 1 : 1 : 1 : 1/2 : 1/4
    assertThat(new MrdOrder(1, Weight.MRD, updates).probabilities(rows))
        .containsExactly(
            new double[] {4 / 15.0, 4 / 15.0, 4 / 15.0, 2 / 15.0, 1 / 15.0}, within(1e-15));
    assertThat(new MrdOrder(1, Weight.INVERSE, updates).probabilities(rows))
        .containsExactly(new double[] {1 / 9.0, 1 / 9.0, 1 / 9.0, 2 / 9.0, 4 / 9.0}, within(1e-15));
    assertThat(new MrdOrder(1, Weight.RANK, updates).probabilities(rows))
        .containsExactly(
            new double[] {4 / 15.0, 4 / 15.0, 4 / 15.0, 2 / 15.0, 1 / 15.0}, within(1e-15));
  }

  @Test
  void drawsWithReplacementAsOftenAsTheProbabilitiesSay() {
    double[] probabilities = {0.05, 0, 0.25, 0.4, 0.1, 0.2, 0};
    WeightedDraws order = new WeightedDraws(probabilities);
    long[] counts = new long[probabilities.length];
    int epochs = 5000;
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] drawn = order.epoch(epoch, probabilities.length, 42);
      assertThat(drawn).hasSize(probabilities.length);
      for (int i : drawn) {
        counts[i]++;
      }
    }
    assertThat(counts[1]).isZero();
    assertThat(counts[6]).isZero();
    int[] possible = {0, 2, 3, 4, 5};
    double[] expected =
        IntStream.of(possible).mapToDouble(i -> probabilities[i] * epochs * 7).toArray();
    long[] observed = IntStream.of(possible).mapToLong(i -> counts[i]).toArray();
    assertThat(new ChiSquareTest().chiSquareTest(expected, observed)).isBetween(1e-3, 1 - 1e-3);
  }

  @Test
  void sameSeedSameDraws() {
    double[] probabilities = DoubleStream.iterate(1, p -> p + 1).limit(40).toArray();
    int[] first = new WeightedDraws(probabilities).epoch(3, 40, 42);
    assertThat(new WeightedDraws(probabilities).epoch(3, 40, 42)).containsExactly(first);
    assertThat(new WeightedDraws(probabilities).epoch(4, 40, 42)).isNotEqualTo(first);
    assertThat(new WeightedDraws(probabilities).epoch(3, 40, 41)).isNotEqualTo(first);
  }

  @Test
  void refusesMrdFromWhichNothingFollows() {
    assertThatThrownBy(() -> by(Weight.RANK).probabilities(rows(0.1, Double.NaN)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "Sample s1 has MRD NaN, which gives no probability of being drawn.\n"
                + "A smaller order.estimator.sigma may help.");
    assertThatThrownBy(() -> by(Weight.MRD).probabilities(rows(0, 0)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "The MRD of all 2 samples is 0, so none can be preferred. Use order.name = uniform, or"
                + " a larger order.estimator.sigma.");
    assertThatThrownBy(() -> by(Weight.INVERSE).probabilities(rows(0.1, 0)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "Sample s1 has MRD 0.0: order.weight = inverse would divide by it. Use mrd or rank.");
    assertThatThrownBy(() -> new WeightedDraws(new double[] {0.5, -0.1}))
        .hasMessage("probability 1 is -0.1");
    assertThatThrownBy(() -> new WeightedDraws(new double[2]))
        .hasMessage("the probabilities sum to 0.0");
  }
}
