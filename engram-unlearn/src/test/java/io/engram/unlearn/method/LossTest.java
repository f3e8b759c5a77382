package io.engram.unlearn.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import io.engram.unlearn.method.Npo.Reduction;
import io.engram.unlearn.method.UnlearningMethod.Drawn;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each loss by hand, and its slope by finite differences. */
class LossTest {
  private static final TokenizedSample SAMPLE = new TokenizedSample("a", new int[] {1, 2, 3, 4}, 2);
  private static final UpdateSize SIZE = new UpdateSize(4, 10);
  private static final double[] LOG_PROBS = {-1, -3};

  private static void assertSlope(SequenceLoss loss) {
    double step = 1e-5;
    double[] slope = loss.at(LOG_PROBS).gradient();
    for (int t = 0; t < LOG_PROBS.length; t++) {
      double[] up = LOG_PROBS.clone();
      double[] down = LOG_PROBS.clone();
      up[t] += step;
      down[t] -= step;
      double numeric = (loss.at(up).loss() - loss.at(down).loss()) / (2 * step);
      assertThat(slope[t]).isCloseTo(numeric, within(1e-8));
    }
  }

  @Test
  void ascentIsMinusTheMeanOverTheBatchsTokens() {
    // −w·(1 + 3)/10 with w = 2.
    SequenceLoss loss = new GradientAscent(2, 0, RetainLoss.NLL, null).forget(SAMPLE, SIZE);
    assertThat(loss.at(LOG_PROBS).loss()).isCloseTo(-0.8, within(1e-15));
    assertSlope(loss);
    assertThat(new GradDiff(2, 0, RetainLoss.NLL, null).forget(SAMPLE, SIZE).at(LOG_PROBS).loss())
        .isCloseTo(-0.8, within(1e-15));
  }

  @Test
  void refusalsAndFineTuningDescend() {
    assertThat(
            new PreferenceOptimization(2, 0, RetainLoss.NLL, null, null)
                .forget(SAMPLE, SIZE)
                .at(LOG_PROBS)
                .loss())
        .isCloseTo(0.8, within(1e-15));
    assertThat(new PreferenceOptimization(2, 0, RetainLoss.NLL, null, null).refusalUse())
        .isEqualTo(UnlearningMethod.RefusalUse.INSTEAD);
    SequenceLoss descent = new Finetune().forget(SAMPLE, SIZE);
    assertThat(descent.at(LOG_PROBS).loss()).isCloseTo(0.4, within(1e-15));
    assertSlope(descent);
  }

  @Test
  void npoByHand() {
    // S_θ = 4, S_ref = 2.5, β = 0.5: −(2/0.5) log σ(0.75) / 4 = 0.3873....
    Reference reference = Reference.ofLogProbs(Map.of("a", new double[] {-1.5, -1}));
    Npo npo = new Npo(1, 0, RetainLoss.NLL, null, 0.5, Reduction.SUM);
    double expected = -4 * Math.log(1 / (1 + Math.exp(-0.75))) / 4;
    assertThat(npo.forget(SAMPLE, SIZE, reference).at(LOG_PROBS).loss())
        .isCloseTo(expected, within(1e-14));
    assertSlope(npo.forget(SAMPLE, SIZE, reference));
    Npo mean = new Npo(3, 0, RetainLoss.NLL, null, 0.5, Reduction.MEAN);
    double halved = -3 * 4 * Math.log(1 / (1 + Math.exp(-0.375))) / 4;
    assertThat(mean.forget(SAMPLE, SIZE, reference).at(LOG_PROBS).loss())
        .isCloseTo(halved, within(1e-14));
    assertSlope(mean.forget(SAMPLE, SIZE, reference));
  }

  @Test
  void npoNeitherOverflowsNorLosesItsSlopeAtTheStart() {
    Reference reference = Reference.ofLogProbs(Map.of("a", new double[] {-2, -2}));
    Npo npo = new Npo(1, 0, RetainLoss.NLL, null, 0.1, Reduction.SUM);
    // At S_θ = S_ref the slope is ascent's mean over sequences: 1/4.
    assertThat(npo.forget(SAMPLE, SIZE, reference).at(LOG_PROBS).gradient()[0])
        .isCloseTo(0.25, within(1e-15));
    SequenceLoss.Slope far = npo.forget(SAMPLE, SIZE, reference).at(new double[] {-1e6, -1e6});
    assertThat(far.loss()).isCloseTo(0, within(1e-12));
    assertThat(far.gradient()[0]).isCloseTo(0, within(1e-12));
    SequenceLoss.Slope sure =
        npo.forget(SAMPLE, SIZE, Reference.ofLogProbs(Map.of("a", new double[] {-5e5, -5e5})))
            .at(new double[] {0, 0});
    assertThat(sure.loss()).isCloseTo(20 * 1e5 / 4, within(1e-6));
  }

  @Test
  void npoNeedsTheReferenceOfEverySample() {
    Npo npo = new Npo(1, 0, RetainLoss.NLL, null, 0.1, Reduction.SUM);
    assertThatThrownBy(() -> npo.forget(SAMPLE, SIZE, Reference.ofLogProbs(Map.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample a");
  }

  @Test
  void simNpoByHand() {
    // S/n = 2, δ = 0.5, β = 0.8: −(2/0.8) log σ(1.2) / 4, times 3.
    SequenceLoss loss = new SimNpo(3, 0, RetainLoss.NLL, null, 0.8, 0.5).forget(SAMPLE, SIZE);
    double expected = -3 * 2.5 * Math.log(1 / (1 + Math.exp(-1.2))) / 4;
    assertThat(loss.at(LOG_PROBS).loss()).isCloseTo(expected, within(1e-14));
    assertSlope(loss);
  }

  @Test
  void weightedAscentHoldsItsWeightsConstant() {
    // w/N = 0.2, p = e^−1 and e^−3, β = 2.
    SequenceLoss.Slope slope =
        new Wga(2, 0, RetainLoss.NLL, null, 2, 1).forget(SAMPLE, SIZE).at(LOG_PROBS);
    assertThat(slope.loss()).isCloseTo(-0.2 * (Math.exp(-2) + 3 * Math.exp(-6)), within(1e-15));
    assertThat(slope.gradient())
        .containsExactly(new double[] {0.2 * Math.exp(-2), 0.2 * Math.exp(-6)}, within(1e-15));
    // At β = 0 it's gradient ascent.
    assertThat(new Wga(2, 0, RetainLoss.NLL, null, 0, 1).forget(SAMPLE, SIZE).at(LOG_PROBS).loss())
        .isCloseTo(-0.8, within(1e-15));
    assertSlope(new Wga(2, 0, RetainLoss.NLL, null, 0, 1).forget(SAMPLE, SIZE));
  }

  /** c = 0.25, one token of four of the fact: 1 / 1.75 and 0.25 / 1.75 of four. */
  @Test
  void whatIsNotOfTheFactIsPushedLess() {
    Wga wga = new Wga(2, 0, RetainLoss.NLL, null, 2, 0.25);
    assertThat(wga.shares(new boolean[] {false, true, false, false}))
        .containsExactly(new double[] {1 / 1.75, 4 / 1.75, 1 / 1.75, 1 / 1.75}, within(1e-15));
    assertThat(wga.shares(new boolean[2])).containsExactly(1, 1);

    Drawn drawn = new Drawn(SAMPLE, null, new boolean[] {false, true});
    Reference none = Reference.ofLogProbs(Map.of());
    Objective.OfLogProbs weighted = (Objective.OfLogProbs) wga.objective(drawn, SIZE, none);
    // w/N = 0.2, p = e^−1 and e^−3, β = 2; shares 0.4 and 1.6.
    assertThat(weighted.loss().at(LOG_PROBS).gradient())
        .containsExactly(new double[] {0.08 * Math.exp(-2), 0.32 * Math.exp(-6)}, within(1e-15));
    assertThat(weighted.loss().at(LOG_PROBS).loss())
        .isCloseTo(-0.08 * Math.exp(-2) - 3 * 0.32 * Math.exp(-6), within(1e-15));
    Objective.OfLogProbs plain =
        (Objective.OfLogProbs) wga.objective(new Drawn(SAMPLE), SIZE, none);
    assertThat(plain.loss().at(LOG_PROBS))
        .usingRecursiveComparison()
        .isEqualTo(wga.forget(SAMPLE, SIZE).at(LOG_PROBS));
  }

  @Test
  void saturationAndImportanceByHand() {
    // w/N = 0.2, p = e^−1 and e^−3, β₁ = 2, β₂ = 0.5.
    SequenceLoss.Slope slope =
        new SatImp(2, 0, RetainLoss.NLL, null, 2, 0.5).forget(SAMPLE, SIZE).at(LOG_PROBS);
    double first = 0.2 * Math.exp(-2) * Math.sqrt(1 - Math.exp(-1));
    double second = 0.2 * Math.exp(-6) * Math.sqrt(1 - Math.exp(-3));
    assertThat(slope.gradient()).containsExactly(new double[] {first, second}, within(1e-15));
    assertThat(slope.loss()).isCloseTo(-first - 3 * second, within(1e-15));
    // Without importance it's WGA; a certain token isn't pushed at all.
    assertThat(new SatImp(2, 0, RetainLoss.NLL, null, 2, 0).forget(SAMPLE, SIZE).at(LOG_PROBS))
        .usingRecursiveComparison()
        .isEqualTo(new Wga(2, 0, RetainLoss.NLL, null, 2, 1).forget(SAMPLE, SIZE).at(LOG_PROBS));
    assertThat(
            new SatImp(2, 0, RetainLoss.NLL, null, 2, 1)
                .forget(SAMPLE, SIZE)
                .at(new double[] {0, -3})
                .gradient()[0])
        .isZero();
  }

  @Test
  void tokenwiseNpoByHand() {
    // w/N = 0.2; p = e^−1 and e^−3, p_ref = e^−1 and e^−2, β = 2, α = 0.5: 2 σ(2·0) e^−0.5 and
    // 2 σ(2·−1) e^−1.5.
    Reference reference = Reference.ofLogProbs(Map.of("a", new double[] {-1, -2}));
    SequenceLoss.Slope slope =
        new Tnpo(2, 0, RetainLoss.NLL, null, 2, 0.5).forget(SAMPLE, SIZE, reference).at(LOG_PROBS);
    double first = 0.2 * Math.exp(-0.5);
    double second = 0.2 * 2 / (1 + Math.exp(2)) * Math.exp(-1.5);
    assertThat(slope.gradient()).containsExactly(new double[] {first, second}, within(1e-15));
    assertThat(slope.loss()).isCloseTo(-first - 3 * second, within(1e-15));
    // Without α its slope is that of (2/β) log(1 + (p/p_ref)^β); at the start it's plain ascent.
    SequenceLoss tnpo = new Tnpo(2, 0, RetainLoss.NLL, null, 2, 0).forget(SAMPLE, SIZE, reference);
    double step = 1e-5;
    double up = Math.log1p(Math.exp(2 * (-3 + step + 2)));
    double down = Math.log1p(Math.exp(2 * (-3 - step + 2)));
    assertThat(tnpo.at(LOG_PROBS).gradient()[1])
        .isCloseTo(0.2 * (up - down) / (2 * step), within(1e-9));
    assertThat(tnpo.at(new double[] {-1, -2}).gradient())
        .containsExactly(new double[] {0.2, 0.2}, within(1e-15));
    // Far from the start nothing overflows, and the push is at most twice that of ascent.
    assertThat(tnpo.at(new double[] {0, -2000}).gradient())
        .containsExactly(new double[] {0.4 / (1 + Math.exp(-2)), 0}, within(1e-15));
  }

  @Test
  void crossEntropyUnlearningByHand() {
    // −0.2 (log(1 − e^−1) + log(1 − e^−3)).
    SequenceLoss loss = new CeU(2, 0, RetainLoss.NLL, null).forget(SAMPLE, SIZE);
    double expected = -0.2 * (Math.log(1 - Math.exp(-1)) + Math.log(1 - Math.exp(-3)));
    assertThat(loss.at(LOG_PROBS).loss()).isCloseTo(expected, within(1e-15));
    assertSlope(loss);
    SequenceLoss.Slope certain = loss.at(new double[] {0, -1e-40});
    assertThat(certain.loss()).isFinite();
    assertThat(certain.gradient()).containsExactly(new double[] {2e29, 2e29}, within(1e15));
  }

  @Test
  void lossAdjustmentByHand() {
    // P(answer) = (e^−1 + e^−3)/2, P(refusal) = e^−0.5; w/(2 sequences) = 3/8.
    Flat flat = new Flat(3, 0, RetainLoss.NLL, null, null);
    TokenizedSample refusal = new TokenizedSample("a", new int[] {1, 2, 5}, 2);
    Drawn drawn = new Drawn(SAMPLE, new Drawn.Refused(refusal, Double.NaN), null);
    SequenceLoss loss =
        ((Objective.OfLogProbs) flat.objective(drawn, SIZE, Reference.ofLogProbs(Map.of()))).loss();
    double[] at = {-1, -3, -0.5};
    double answer = Math.tanh((Math.exp(-1) + Math.exp(-3)) / 2);
    double refused = Math.tanh(Math.exp(-0.5));
    assertThat(loss.at(at).loss()).isCloseTo(0.375 * (answer - refused), within(1e-15));
    assertThat(loss.at(at).gradient())
        .containsExactly(
            new double[] {
              0.375 * (1 - answer * answer) * Math.exp(-1) / 2,
              0.375 * (1 - answer * answer) * Math.exp(-3) / 2,
              -0.375 * (1 - refused * refused) * Math.exp(-0.5)
            },
            within(1e-15));
    assertThat(flat.needsModel()).isFalse();
    assertThatThrownBy(
            () -> flat.objective(new Drawn(SAMPLE), SIZE, Reference.ofLogProbs(Map.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample a");
  }

  @Test
  void dpoByHand() {
    // Answer: S = 4, S_ref = 2.5; refusal: S = 5, S_ref = 6. x = (6 − 5) − (2.5 − 4) = 2.5; β =
    // 0.5.
    Reference reference = Reference.ofLogProbs(Map.of("a", new double[] {-1.5, -1}));
    Dpo dpo = new Dpo(3, 0, RetainLoss.NLL, null, 0.5, null);
    TokenizedSample refusal = new TokenizedSample("a", new int[] {1, 2, 5}, 2);
    Drawn drawn = new Drawn(SAMPLE, new Drawn.Refused(refusal, 6), null);
    SequenceLoss loss = ((Objective.OfLogProbs) dpo.objective(drawn, SIZE, reference)).loss();
    SequenceLoss.Slope slope = loss.at(new double[] {-1, -3, -5});
    assertThat(slope.loss())
        .isCloseTo(-3 * 4 * Math.log(1 / (1 + Math.exp(-1.25))) / 4, within(1e-14));
    double push = 3.0 / 4 * 2 / (1 + Math.exp(1.25));
    assertThat(slope.gradient()).containsExactly(new double[] {push, push, -push}, within(1e-14));
    // AltPo is the same with an alternative in the refusal's place.
    AltPo altPo = new AltPo(3, 0, RetainLoss.NLL, null, 0.5, "other.jsonl", 0);
    assertThat(
            ((Objective.OfLogProbs) altPo.objective(drawn, SIZE, reference))
                .loss()
                .at(new double[] {-1, -3, -5}))
        .usingRecursiveComparison()
        .isEqualTo(slope);
    assertThatThrownBy(() -> dpo.objective(new Drawn(SAMPLE), SIZE, reference))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample a");
  }
}
