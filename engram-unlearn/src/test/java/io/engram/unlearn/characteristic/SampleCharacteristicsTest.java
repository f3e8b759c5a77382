package io.engram.unlearn.characteristic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.characteristic.Characteristic.SplitRule;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SampleCharacteristicsTest {
  private static final List<String> TEXTS =
      List.of("The cat is sleeping.", "The cat has seen a dog because the dog saw the cat.");
  private static final List<double[]> LOG_PROBS =
      List.of(new double[] {0, 0}, new double[] {-1, -3});

  private final SampleCharacteristics characteristics =
      new SampleCharacteristics(TEXTS, new RareWords(Set.of("the", "cat", "is", "a")));

  /** The training texts' frequencies: (3 + 1)/2, and (3 + 1 + 2 + 2 + 1 + 3)/6; both are 2. */
  @Test
  void thePapersFourComeFirst() {
    List<Characteristic> all = characteristics.of(TEXTS, LOG_PROBS);
    assertThat(all.get(0).name()).isEqualTo("Semantic complexity");
    assertThat(all.get(1).values()).containsExactly(2, 2);
    assertThat(all.get(1).rule().of(all.get(1).values()))
        .isEqualTo(new SplitRule.Cut(2, false, "mean of the training set"));
    assertThat(all.get(2).values()[1]).isCloseTo((Math.exp(-1) + Math.exp(-3)) / 2, within(1e-15));
    assertThat(all.get(3).values()).containsExactly(1, 6);
    assertThat(all.get(3).rule().of(all.get(3).values()))
        .isEqualTo(new SplitRule.Cut(3, false, "more than 3"));
    assertThat(all.get(4).values()).containsExactly(0, -2);
  }

  /** 4 and 12 words, 1 and 2 clauses, half of the words content; too short for HD-D. */
  @Test
  void theMeasuresFollow() {
    List<Characteristic> all = characteristics.of(TEXTS, LOG_PROBS);
    assertThat(all.stream().map(Characteristic::name).skip(5))
        .containsExactly(
            "Lexical diversity, MTLD",
            "Lexical diversity, HD-D",
            "Mean sentence length",
            "Clauses per sentence",
            "Share of content words");
    assertThat(all.get(6).values()).containsExactly(Double.NaN, Double.NaN);
    assertThat(all.get(7).values()).containsExactly(4, 12);
    assertThat(all.get(8).values()).containsExactly(1, 2);
    assertThat(all.get(9).values()).containsExactly(0.5, 0.5);
  }

  @Test
  void everySampleHasWordsAndLogProbabilities() {
    assertThatThrownBy(() -> characteristics.of(List.of("a", " ?"), LOG_PROBS))
        .hasMessage("text 1 has no words");
    assertThatThrownBy(() -> characteristics.of(List.of("a"), LOG_PROBS))
        .hasMessage("1 texts, log-probabilities of 2 samples");
    assertThatThrownBy(() -> new SampleCharacteristics(List.of(), new RareWords(Set.of())))
        .hasMessage("no training text has a content word");
  }
}
