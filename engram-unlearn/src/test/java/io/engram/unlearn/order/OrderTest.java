package io.engram.unlearn.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.MrdRow;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.Estimates;
import io.engram.unlearn.difficulty.LossMean;
import io.engram.unlearn.difficulty.PredictedUpdates;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.order.DroOrder.Prefer;
import io.engram.unlearn.order.MrdOrder.Weight;
import io.engram.unlearn.order.SampleOrder.Apply;
import io.engram.unlearn.order.SampleOrder.Pair;
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
    return new UniformOrder(false, Pair.RANDOM).epoch(epoch, all(size), draws, seed, NONE);
  }

  private static int[] withReplacement(int epoch, int size, int draws, long seed) {
    return new UniformOrder(true, Pair.RANDOM).epoch(epoch, all(size), draws, seed, NONE);
  }

  private static MrdOrder by(Weight weight) {
    return by(weight, Estimates.pairs(Control.OFF, 1e-3, 2));
  }

  private static MrdOrder by(Weight weight, DifficultyScore score) {
    return new MrdOrder(1, weight, true, Apply.DRAWS, false, Pair.RANDOM, score);
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
          .containsExactly(Draws.withReplacement(equal, epoch, 4, 42));
    }
    int[] first = withReplacement(3, 40, 40, 42);
    assertThat(withReplacement(3, 40, 40, 42)).containsExactly(first);
    assertThat(withReplacement(4, 40, 40, 42)).isNotEqualTo(first);
    assertThat(withReplacement(3, 40, 40, 43)).isNotEqualTo(first);
  }

  @Test
  void probabilitiesAreRenormalisedOverThePool() {
    double[] all = {0.1, 0.4, 0.3, 0.2, 0, 0};
    assertThat(Draws.within(all, new int[] {0, 2, 4}))
        .containsExactly(new double[] {0.25, 0.75, 0}, within(1e-15));
    assertThat(Draws.within(all, new int[] {4, 5})).containsExactly(0.5, 0.5);
    MrdOrder order = by(Weight.MRD, new LossMean());
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
    assertThat(by(Weight.MRD, updates).probabilities(rows))
        .containsExactly(
            new double[] {4 / 15.0, 4 / 15.0, 4 / 15.0, 2 / 15.0, 1 / 15.0}, within(1e-15));
    assertThat(by(Weight.INVERSE, updates).probabilities(rows))
        .containsExactly(new double[] {1 / 9.0, 1 / 9.0, 1 / 9.0, 2 / 9.0, 4 / 9.0}, within(1e-15));
    assertThat(by(Weight.RANK, updates).probabilities(rows))
        .containsExactly(
            new double[] {4 / 15.0, 4 / 15.0, 4 / 15.0, 2 / 15.0, 1 / 15.0}, within(1e-15));
  }

  @Test
  void drawsWithReplacementAsOftenAsTheProbabilitiesSay() {
    double[] probabilities = {0.05, 0, 0.25, 0.4, 0.1, 0.2, 0};
    long[] counts = new long[probabilities.length];
    int epochs = 5000;
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] drawn = Draws.withReplacement(probabilities, epoch, probabilities.length, 42);
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

  /** 1 + 1e-16 is 1 in double precision; 1e-16 added to itself a thousand times isn't 0. */
  @Test
  void cumulativeWeightsAreAddedOneByOne() {
    double[] weights = new double[100_000];
    Arrays.fill(weights, 1e-16);
    weights[0] = 1;
    assertThat(Draws.cumulative(weights)[99_999]).isEqualTo(1);
    assertThat(Draws.cumulative(new double[] {1, 0, 2, 4})).containsExactly(1, 1, 3, 7);
  }

  @Test
  void sameSeedSameDraws() {
    double[] probabilities = DoubleStream.iterate(1, p -> p + 1).limit(40).toArray();
    int[] first = Draws.withReplacement(probabilities, 3, 40, 42);
    assertThat(Draws.withReplacement(probabilities, 3, 40, 42)).containsExactly(first);
    assertThat(Draws.withReplacement(probabilities, 4, 40, 42)).isNotEqualTo(first);
    assertThat(Draws.withReplacement(probabilities, 3, 40, 41)).isNotEqualTo(first);
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
    assertThatThrownBy(() -> Draws.withReplacement(new double[] {0.5, -0.1}, 0, 1, 42))
        .hasMessage("weight 1 is -0.1");
    assertThatThrownBy(() -> Draws.systematic(new double[2], 0, 1, 42))
        .hasMessage("the weights sum to 0");
  }

  /** n = 4 · (0.1, 0.15, 0.25, 0.5) = 0.4, 0.6, 1, 2: the floor or the ceiling of each. */
  @Test
  void systematicDrawsRoundUpOrDownAndAreRightInTheMean() {
    double[] weights = {1, 1.5, 2.5, 5, 0};
    int[] counts = new int[5];
    int epochs = 4000;
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] own = new int[5];
      int[] drawn = Draws.systematic(weights, epoch, 4, 42);
      assertThat(drawn).hasSize(4);
      Arrays.stream(drawn).forEach(i -> own[i]++);
      assertThat(own[0]).isBetween(0, 1);
      assertThat(own[1]).isBetween(0, 1);
      assertThat(own[2]).isEqualTo(1);
      assertThat(own[3]).isEqualTo(2);
      assertThat(own[4]).isZero();
      Arrays.setAll(counts, i -> counts[i] + own[i]);
    }
    assertThat(counts[0] / (double) epochs).isCloseTo(0.4, within(0.025)); // three standard errors
    assertThat(counts[1] / (double) epochs).isCloseTo(0.6, within(0.025));
  }

  /** With equal weights an epoch is the permutation of the uniform order, whatever the seed. */
  @Test
  void systematicDrawsOfEqualWeightsAreTheUniformOrder() {
    for (int epoch = 0; epoch < 50; epoch++) {
      assertThat(Draws.systematic(Draws.equal(40), epoch, 40, 7))
          .containsExactly(uniform(epoch, 40, 40, 7));
    }
  }

  /**
   * The second of 10 samples has half of the weight: its 10 draws are never far from each other.
   */
  @Test
  void systematicDrawsOfOneSampleAreSpreadOverTheEpoch() {
    double[] weights = Draws.equal(10);
    weights[1] = 9;
    for (int epoch = 0; epoch < 20; epoch++) {
      int[] drawn = Draws.systematic(weights, epoch, 20, 42);
      for (int from = 0; from < 16; from += 4) {
        long there = Arrays.stream(drawn, from, from + 4).filter(i -> i == 1).count();
        assertThat(there).isBetween(1L, 3L);
      }
    }
  }

  @Test
  void weightsInTheLossAreDrawnAsUniformAndAreOneInTheMean() {
    HingeOrder hinge = new HingeOrder(false, Apply.LOSS, false, Pair.RANDOM, 2, 1);
    double[] weights = {3, 0, 1, 8};
    assertThat(hinge.epoch(2, all(4), 4, 42, weights)).containsExactly(uniform(2, 4, 4, 42));
    assertThat(Draws.meanOne(weights, all(4)))
        .containsExactly(new double[] {1, 0, 1 / 3.0, 8 / 3.0}, within(1e-15));
    assertThat(Draws.meanOne(weights, new int[] {0, 2}))
        .containsExactly(new double[] {1.5, 1, 0.5, 1}, within(1e-15));
    assertThat(Draws.meanOne(new double[3], all(3))).containsExactly(1, 1, 1);
  }

  @Test
  void shuffledWeightsAreTheSameOnesOnOtherSamples() {
    double[] weights = DoubleStream.iterate(1, w -> w + 1).limit(30).toArray();
    double[] shuffled = Draws.shuffled(weights, all(30), 42);
    assertThat(shuffled).isNotEqualTo(weights).containsExactlyInAnyOrder(weights);
    assertThat(Draws.shuffled(weights, all(30), 42)).containsExactly(shuffled);
    assertThat(Draws.shuffled(weights, all(30), 43)).isNotEqualTo(shuffled);
  }

  /** Samples leave the pool one by one: those still in it have its weights, none has its own. */
  @Test
  void shuffledWeightsStayWithinThePool() {
    double[] weights = DoubleStream.iterate(1, w -> w + 1).limit(30).toArray();
    double[] before = Draws.shuffled(weights, all(30), 42);
    for (int gone = 0; gone < 28; gone++) {
      weights[gone] = 0;
      int[] pool = IntStream.range(gone + 1, 30).toArray();
      double[] shuffled = Draws.shuffled(weights, pool, 42);
      assertThat(Arrays.stream(pool).mapToDouble(i -> shuffled[i]).toArray())
          .containsExactlyInAnyOrder(Arrays.stream(pool).mapToDouble(i -> weights[i]).toArray());
      assertThat(Arrays.stream(pool)).allMatch(i -> shuffled[i] != weights[i]);
      double[] was = before;
      assertThat(Arrays.stream(pool).filter(i -> shuffled[i] != was[i]).count())
          .isLessThanOrEqualTo(1);
      before = shuffled;
    }
    assertThat(Draws.shuffled(new double[] {3, 4}, new int[] {1}, 42)).containsExactly(3, 4);
    assertThat(Draws.shuffled(new double[] {3, 4}, new int[0], 42)).containsExactly(3, 4);
  }

  /**
   * Four samples with L* = 4 that began at 0, 2, 5 and 0 and are now at 3, 3, 5 and 6; the last is
   * forgotten. Before: d = 4, 2, 0, 4 (mean of the positive ones 10/3). Now: 1, 1, at least 1/3, 0.
   */
  private static Standing standing(double... updates) {
    return new Standing(
        rows(updates),
        new boolean[] {true, true, true, false},
        new double[] {0, 2, 5, 0},
        new double[] {3, 3, 5, 6},
        new double[] {4, 4, 4, 4},
        new double[] {-0.5, Double.NaN, -2.5, -1.5});
  }

  @Test
  void hingeWeighsByTheDistanceToTheLimit() {
    assertThat(new HingeOrder(false, Apply.LOSS, false, Pair.RANDOM, 0, 1).weights(standing()))
        .containsExactly(new double[] {1, 1, 1 / 3.0, 0}, within(1e-15));
    assertThat(new HingeOrder(false, Apply.LOSS, false, Pair.RANDOM, 0, 0.5).weights(standing()))
        .containsExactly(new double[] {1, 1, Math.sqrt(1 / 3.0), 0}, within(1e-15));
  }

  /** 20 · 1/4, 10 · 1/2, 30 · a tenth, 40 · 0. */
  @Test
  void deficitDrawsByTheUpdatesStillNeeded() {
    DifficultyScore score = new PredictedUpdates(1.5, Scope.ANSWER);
    assertThat(
            new DeficitOrder(false, Apply.DRAWS, false, Pair.RANDOM, 0, score)
                .weights(standing(20, 10, 30, 40)))
        .containsExactly(new double[] {5, 5, 3, 0}, within(1e-12));
  }

  /** τ = 1: e^0, e^−2, e^−1 and their mean for the sample that was never drawn. */
  @Test
  void droWeighsExponentiallyInBothDirections() {
    double[] hard =
        new DroOrder(false, Apply.LOSS, false, Pair.RANDOM, Prefer.HARD, 1).weights(standing());
    double mean = (1 + Math.exp(-2) + Math.exp(-1)) / 3;
    assertThat(hard)
        .containsExactly(new double[] {1, mean, Math.exp(-2), Math.exp(-1)}, within(1e-15));
    double[] easy =
        new DroOrder(false, Apply.LOSS, false, Pair.RANDOM, Prefer.EASY, 0.5).weights(standing());
    assertThat(easy[0]).isCloseTo(Math.exp(-4), within(1e-15));
    assertThat(easy[2]).isEqualTo(1);
    Standing none =
        new Standing(
            List.of(),
            new boolean[1],
            new double[1],
            new double[1],
            new double[1],
            new double[] {Double.NaN});
    assertThat(new DroOrder(false, Apply.LOSS, false, Pair.RANDOM, Prefer.EASY, 1).weights(none))
        .isEmpty();
  }

  @Test
  void saturationWeighsByTheMeanProbability() {
    assertThat(new SaturationOrder(false, Apply.LOSS, false, Pair.RANDOM, 0.5).weights(standing()))
        .containsExactly(
            new double[] {Math.exp(-1.5), Math.exp(-1.5), Math.exp(-2.5), Math.exp(-3)},
            within(1e-15));
  }
}
