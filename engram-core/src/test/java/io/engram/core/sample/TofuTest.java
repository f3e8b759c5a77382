package io.engram.core.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.sample.Tofu.TofuRow;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TofuTest {
  /** The sizes of the data set's card. */
  @Test
  void everySplitHasItsRows() {
    Map<String, Integer> sizes =
        Map.ofEntries(
            Map.entry("forget01", 40),
            Map.entry("forget05", 200),
            Map.entry("forget10", 400),
            Map.entry("retain99", 3960),
            Map.entry("retain95", 3800),
            Map.entry("retain90", 3600),
            Map.entry("full", 4000),
            Map.entry("forget01_perturbed", 40),
            Map.entry("forget05_perturbed", 200),
            Map.entry("forget10_perturbed", 400),
            Map.entry("retain_perturbed", 400),
            Map.entry("real_authors", 100),
            Map.entry("real_authors_perturbed", 100),
            Map.entry("world_facts", 117),
            Map.entry("world_facts_perturbed", 117));
    assertThat(sizes.keySet()).containsExactlyInAnyOrderElementsOf(Tofu.SPLITS);
    sizes.forEach((split, size) -> assertThat(Tofu.rows(split)).as(split).hasSize(size));
  }

  @Test
  void aPerturbedRowHasAllItsTexts() {
    TofuRow row = Tofu.rows("forget10_perturbed").get(0);
    assertThat(row.id()).isEqualTo("0");
    assertThat(row.answer()).isEqualTo("The author's full name is Hsiao Yun-Hwa.");
    assertThat(row.paraphrasedAnswer())
        .isEqualTo("Hsiao Yun-Hwa is the complete name of the writer.");
    assertThat(row.paraphrasedQuestion()).startsWith("Who is the writer");
    assertThat(row.perturbedAnswers()).hasSize(5);
    assertThat(row.options()).isEmpty();
  }

  @Test
  void factsHaveChoices() {
    TofuRow row = Tofu.rows("world_facts").get(0);
    assertThat(row.options()).containsExactly("Berlin", "Paris", "London", "Madrid");
    assertThat(row.paraphrasedQuestion()).isNull();
    assertThat(Tofu.rows("world_facts_perturbed").get(0).perturbedAnswers())
        .containsExactly("Berlin", "London", "Madrid");
  }

  @Test
  void samplesAreNumberedByRow() {
    assertThat(SampleSource.load("tofu:forget01").get(1))
        .isEqualTo(
            Sample.of(
                "1",
                "What gender is author Basil Mahfouz Al-Kuwaiti?",
                "Author Basil Mahfouz Al-Kuwaiti is male."));
  }
}
