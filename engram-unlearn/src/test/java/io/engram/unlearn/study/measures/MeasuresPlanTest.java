package io.engram.unlearn.study.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.audit.AttackKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuresPlanTest {
  private static MeasuresPlan plan(
      String split, int authors, int questions, int models, List<Integer> looks, double spread) {
    return new MeasuresPlan(
        split, authors, questions, models, looks, 1e-3, spread, 1e-4, MeasuresPlan.USUAL, false);
  }

  @Test
  void theReadingAttacksExist() {
    MeasuresPlan all =
        new MeasuresPlan(
            "forget10", 2, 1, 2, List.of(1), 1e-3, 1, 1e-4, MeasuresPlan.READING, false);
    all.check();
    assertThat(all.kinds())
        .extracting(AttackKind::name)
        .containsExactlyInAnyOrderElementsOf(MeasuresPlan.READING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "forget20|6|15|10|2|--set forget20: must be one of forget10, forget05, forget01",
        "forget10|1|15|10|2|--authors 1: must be 2 or more",
        "forget10|6|21|10|2|--questions 21: must be from 1 to 20",
        "forget10|6|15|9|2|--models 9: must be an even number",
        "forget10|6|15|10|0.5|--spread 0.5: must be from 1 to 100",
      })
  void mistakesNameTheOption(
      String split, int authors, int questions, int models, double spread, String message) {
    assertThatThrownBy(plan(split, authors, questions, models, List.of(1), spread)::check)
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @Test
  void epochsAscend() {
    assertThatThrownBy(plan("forget10", 2, 1, 2, List.of(3, 3), 1)::check)
        .hasMessage("--epochs 3,3: must be ascending numbers from 1");
    assertThatThrownBy(plan("forget10", 2, 1, 2, List.of(), 1)::check)
        .hasMessageContaining("must be ascending");
  }

  @Test
  void onlyAttacksThatRead() {
    MeasuresPlan plan =
        new MeasuresPlan("forget10", 2, 1, 2, List.of(1), 1e-3, 1, 1e-4, List.of("relearn"), false);
    assertThatThrownBy(plan::check)
        .hasMessageContaining("--attacks relearn: must be some of membership, logit_lens");
  }

  @Test
  void authorsAreWhole() {
    AuthorRows rows = AuthorRows.of("forget05", 4, 3);
    assertThat(rows.studied()).hasSize(12);
    assertThat(rows.others()).hasSize(12);
    assertThat(rows.taught())
        .extracting(TofuRow::id)
        .containsExactly("0", "1", "2", "40", "41", "42");
    assertThat(rows.asked())
        .extracting(TofuRow::id)
        .containsExactly("20", "21", "22", "60", "61", "62");
    assertThat(rows.others().get(0).id()).isEqualTo("80");
    assertThatThrownBy(() -> AuthorRows.of("forget05", 6, 3))
        .hasMessageContaining("--authors 6: tofu:forget05 has 10 authors")
        .hasMessageContaining("at most 5");
  }
}
