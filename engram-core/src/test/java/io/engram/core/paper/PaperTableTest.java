package io.engram.core.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.paper.PaperTable.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaperTableTest {
  @ParameterizedTest
  @CsvSource({"table1, 9, 11, 4", "table4, 6, 9, 3", "table5, 6, 5, 3", "table6, 6, 5, 3"})
  void everyRowHasEveryColumnAndItsCounterpart(String name, int rows, int columns, int pairs) {
    PaperTable table = PaperTable.read(name);
    assertThat(table.name()).isEqualTo(name);
    assertThat(table.rows()).hasSize(rows).allMatch(row -> row.values().size() == columns);
    assertThat(table.columns()).hasSize(columns);
    assertThat(table.rows().stream().map(Row::without).filter(w -> w != null))
        .hasSize(pairs)
        .allSatisfy(without -> assertThat(table.row(without).without()).isNull());
  }

  /** 1 − 0.1475 isn't printed; UC Avg. of NPO + MRD is (0.8525 + 0.9992 + 0.9854)/3. */
  @Test
  void averagesAreThoseOfTheirColumns() {
    PaperTable table = PaperTable.read("table1");
    double[] values =
        table.row("NPO + MRD").values().stream().mapToDouble(Double::doubleValue).toArray();
    double mean = table.mean(table.columns().get(table.index("UC Avg.")), values);
    assertThat(mean).isCloseTo(0.9457, within(5e-5));
  }

  /** Questions count in Table 4: 1987 of cybersecurity, 408 of chemistry, 1273 of biology. */
  @Test
  void whatDoesNotAddUpInThePaperIsSaid() {
    assertThat(PaperTable.read("table1").inconsistencies())
        .containsExactly(
            "The paper prints UC Avg. = 0.2447 for Original; the mean of its own columns is"
                + " 0.2065.");
    assertThat(PaperTable.read("table4").inconsistencies())
        .containsExactly(
            "The paper prints UC Avg. = 0.2459 for CGA; the mean of its own columns is 0.2394.",
            "The paper prints UT Avg. = 0.5895 for NPO + MRD; the mean of its own columns is"
                + " 0.5872.");
    assertThat(PaperTable.read("table5").inconsistencies()).isEmpty();
  }
}
