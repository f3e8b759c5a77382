package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.VerdictRow;
import io.engram.unlearn.eval.memorization.Knowledge;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandardTest {
  private static Probe probe(double logProb, double recall) {
    return new Probe(new Knowledge(logProb, 0.5, 0.25, 4), "answer", recall);
  }

  private static Standard of(int n) {
    List<Probe> controls = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      controls.add(probe(-5, 0.4));
    }
    return Standard.of(Standard.Origin.GIVEN, controls, List.of());
  }

  @Test
  void twoMeasuresAboveAreKnownAndOneIsUndecided() {
    Standard standard = of(20);
    assertThat(standard.above(0, probe(-1, 0.9))).containsExactly("log_prob", "answer_recall");
    assertThat(standard.known(List.of("log_prob", "answer_recall"))).isEqualTo("known");
    assertThat(standard.known(List.of("log_prob"))).isEqualTo("undecided");
    assertThat(standard.known(standard.above(0, probe(-5, 0.4)))).isEqualTo("not_known");
  }

  @Test
  void theVerdictDependsOnWhatWasKnownBefore() {
    Standard standard = of(20);
    List<String> none = List.of();
    assertThat(standard.verdict("known", none)).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(standard.verdict("undecided", none)).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(standard.verdict("not_known", none)).isEqualTo(VerdictRow.NOT_KNOWN_BEFORE);
    assertThat(standard.verdict("known", List.of("log_prob"))).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(standard.verdict("known", List.of("log_prob", "answer_recall")))
        .isEqualTo(VerdictRow.KNOWN);
  }

  @Test
  void tooFewControlsGiveNumbersOnly() {
    Standard standard = of(19);
    assertThat(standard.verdict("known", List.of())).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(standard.known(List.of())).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(standard.above(0, probe(-1, 0.9))).hasSize(2);
  }

  @Test
  void textsHaveNoAnswerOfTheModel() {
    Standard standard = of(20);
    assertThat(standard.above(0, new Probe(new Knowledge(-1, 0.5, 0.25, 4), null, Double.NaN)))
        .containsExactly("log_prob");
  }
}
