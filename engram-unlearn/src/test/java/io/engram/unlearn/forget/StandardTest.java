package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.VerdictRow;
import io.engram.unlearn.eval.memorization.Knowledge;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandardTest {
  private static Probe probe(double logProb, double fact) {
    return new Probe(new Knowledge(logProb, 0.5, 0.25, 4), "answer", 0.9, fact);
  }

  private static Standard of(int n) {
    List<Probe> controls = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      controls.add(probe(-5, 0.4));
    }
    return Standard.of(Standard.Origin.GIVEN, controls, List.of());
  }

  private static String known(Standard standard, Probe probe) {
    return standard.known(probe, standard.above(0, probe));
  }

  private static String verdict(Standard standard, String before, Probe now) {
    return standard.verdict(before, now, standard.above(0, now));
  }

  @Test
  void twoMeasuresAboveAreKnownAndOneIsUndecided() {
    Standard standard = of(20);
    assertThat(standard.above(0, probe(-1, 0.9))).containsExactly("log_prob", "fact_recall");
    assertThat(known(standard, probe(-1, 0.9))).isEqualTo("known");
    assertThat(known(standard, probe(-1, 0.4))).isEqualTo("undecided");
    assertThat(known(standard, probe(-5, 0.9))).isEqualTo("undecided");
    assertThat(known(standard, probe(-5, 0.4))).isEqualTo("not_known");
  }

  /** Whatever the other measures say, unless samples never seen are answered like that, too. */
  @Test
  void anAnswerThatGivesTheWholeFactAwayIsKnown() {
    assertThat(known(of(20), probe(-5, 1))).isEqualTo("known");
    assertThat(verdict(of(20), "known", probe(-5, 1))).isEqualTo(VerdictRow.KNOWN);
    List<Probe> controls = new ArrayList<>(List.of(probe(-5, 1), probe(-5, 1)));
    for (int i = 0; i < 18; i++) {
      controls.add(probe(-5, 0));
    }
    Standard loose = Standard.of(Standard.Origin.GIVEN, controls, List.of());
    assertThat(known(loose, probe(-5, 1))).isEqualTo("not_known");
  }

  /** One of twenty is enough: their 95th percentile is the largest; fewer decide nothing. */
  @Test
  void controlsThatAreGivenWordForWordAreNoted() {
    List<Probe> controls = new ArrayList<>();
    for (int i = 0; i < 19; i++) {
      controls.add(probe(-5, 0.4));
    }
    controls.add(new Probe(new Knowledge(-0.1, 1, 1, 4), "answer", 1, 1));
    assertThat(Standard.of(Standard.Origin.GIVEN, controls, List.of()).hasKnownControls()).isTrue();
    assertThat(of(20).hasKnownControls()).isFalse();
    List<Probe> few = controls.subList(10, 20);
    assertThat(Standard.of(Standard.Origin.GIVEN, few, List.of()).hasKnownControls()).isFalse();
  }

  @Test
  void theVerdictDependsOnWhatWasKnownBefore() {
    Standard standard = of(20);
    Probe gone = probe(-5, 0.4);
    assertThat(verdict(standard, "known", gone)).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(verdict(standard, "undecided", gone)).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(verdict(standard, "not_known", gone)).isEqualTo(VerdictRow.NOT_KNOWN_BEFORE);
    assertThat(verdict(standard, "known", probe(-1, 0.4))).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(verdict(standard, "known", probe(-1, 0.9))).isEqualTo(VerdictRow.KNOWN);
  }

  @Test
  void tooFewControlsGiveNumbersOnly() {
    Standard standard = of(19);
    assertThat(verdict(standard, "known", probe(-5, 0.4))).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(known(standard, probe(-1, 1))).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(standard.above(0, probe(-1, 0.9))).hasSize(2);
  }

  @Test
  void textsHaveNoAnswerOfTheModel() {
    Standard standard = of(20);
    Probe text = new Probe(new Knowledge(-1, 0.5, 0.25, 4), null, Double.NaN, Double.NaN);
    assertThat(standard.above(0, text)).containsExactly("log_prob");
  }

  /** What a model that never saw it says as well isn't known. */
  @Test
  void theSameAnswerByARetrainedModelIsNotKnown() {
    List<Probe> own = new ArrayList<>(List.of(probe(-5, 1)));
    for (int i = 0; i < 39; i++) {
      own.add(probe(-5, 0));
    }
    Standard standard = Standard.of(Standard.Origin.RETRAINED, own, List.of());
    assertThat(standard.above(0, probe(-5, 1))).isEmpty();
    assertThat(standard.above(1, probe(-5, 1))).containsExactly("fact_recall");
  }
}
