package io.engram.unlearn.eval.memorization;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.model.score.Scorer.TokenScores;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnowledgeTest {
  private static Knowledge known(double logProb) {
    return new Knowledge(logProb, 0.5, 0.25, 4);
  }

  private static List<Knowledge> controls(int n) {
    List<Knowledge> all = new ArrayList<>();
    for (int i = 1; i <= n; i++) {
      all.add(known(-i));
    }
    return all;
  }

  /** Four tokens, the last two of which the model would complete by itself: ES = 1 − 2/4. */
  @Test
  void measuresAreOfTheTokensAsScored() {
    Knowledge own =
        Knowledge.of(
            new TokenScores(
                new double[] {-1, -2, -3, -6}, new boolean[] {true, false, true, true}));
    assertThat(own).isEqualTo(new Knowledge(-3, 0.75, 0.5, 4));
    assertThat(Measure.LOG_PROB.of(own)).isEqualTo(-3);
    assertThat(Measure.MEMORIZATION.of(own)).isEqualTo(0.75);
    assertThat(Measure.STRENGTH.of(own)).isEqualTo(0.5);
  }

  /** k = ⌈0.95 (n + 1)⌉: 19 of 19, 20 of 20, 38 of 39, 95 of 99, 96 of 100. */
  @Test
  void thePercentileHoldsANewValueWithProbability95() {
    assertThat(NeverSeen.ofControls(controls(19)).upper().logProb()).isEqualTo(-1);
    assertThat(NeverSeen.ofControls(controls(20)).upper().logProb()).isEqualTo(-1);
    assertThat(NeverSeen.ofControls(controls(39)).upper().logProb()).isEqualTo(-2);
    assertThat(NeverSeen.ofControls(controls(99)).upper().logProb()).isEqualTo(-5);
    assertThat(NeverSeen.ofControls(controls(100)).upper().logProb()).isEqualTo(-5);
  }

  @Test
  void oneMeasureAboveIsOutside() {
    NeverSeen range = NeverSeen.ofControls(controls(39));
    assertThat(range.isInside(0, known(-2))).isTrue();
    assertThat(range.above(0, known(-1.9))).containsExactly(Measure.LOG_PROB);
    assertThat(range.above(0, new Knowledge(-9, 0.6, 0.3, 4)))
        .containsExactly(Measure.MEMORIZATION, Measure.STRENGTH);
  }

  /** ES is at least 1/n: one of the last token alone is nothing that could be extracted. */
  @Test
  void completingTheLastTokenAloneIsInside() {
    List<Knowledge> low = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      low.add(new Knowledge(-5, 0.1, 0.05, 20));
    }
    NeverSeen range = NeverSeen.ofControls(low);
    assertThat(range.isInside(0, new Knowledge(-5, 0.1, 0.25, 4))).isTrue();
    assertThat(range.above(0, new Knowledge(-5, 0.1, 0.5, 4))).containsExactly(Measure.STRENGTH);
  }

  @Test
  void aRequestMayBeAsWellKnownAsToAModelThatNeverSawIt() {
    List<Knowledge> own = controls(39);
    NeverSeen range = NeverSeen.ofRetrained(own, List.of());
    assertThat(range.isInside(0, known(-1))).isTrue();
    assertThat(range.isInside(1, known(-1))).isFalse();
    assertThat(range.limit(Measure.LOG_PROB, 0)).isEqualTo(-1);
    assertThat(range.limit(Measure.LOG_PROB, 30)).isEqualTo(-2);
  }

  @Test
  void fewControlsDecideNothing() {
    assertThat(NeverSeen.ofControls(controls(19)).decides()).isFalse();
    assertThat(NeverSeen.ofControls(controls(20)).decides()).isTrue();
    assertThat(NeverSeen.ofRetrained(controls(3), List.of()).decides()).isTrue();
  }

  /**
   * The limit is −2 and the margin 1: what is known has to come below −3, what is inside the range
   * already keeps −2.
   */
  @Test
  void aMarginLowersTheLimitOfWhatIsKnown() {
    NeverSeen range = new NeverSeen(20, new Knowledge(-2, 0.5, 0.25, 0), List.of());
    Knowledge known = new Knowledge(-1, 0.9, 0.9, 8);
    Knowledge inside = new Knowledge(-2.5, 0.4, 0.2, 8);
    NeverSeen deeper = range.deeper(1, List.of(known, inside));
    assertThat(deeper.limit(Knowledge.Measure.LOG_PROB, 0)).isEqualTo(-3);
    assertThat(deeper.limit(Knowledge.Measure.LOG_PROB, 1)).isEqualTo(-2);
    assertThat(deeper.limit(Knowledge.Measure.MEMORIZATION, 0)).isEqualTo(0.5);
    assertThat(deeper.isInside(0, new Knowledge(-2.9, 0.4, 0.2, 8))).isFalse();
    assertThat(deeper.isInside(0, new Knowledge(-3.1, 0.4, 0.2, 8))).isTrue();
    assertThat(deeper.isInside(1, inside)).isTrue();
    NeverSeen own = NeverSeen.ofRetrained(List.of(new Knowledge(-1.5, 0.5, 0.2, 8)), List.of());
    assertThat(own.deeper(1, List.of(known)).limit(Knowledge.Measure.LOG_PROB, 0)).isEqualTo(-2.5);
  }
}
