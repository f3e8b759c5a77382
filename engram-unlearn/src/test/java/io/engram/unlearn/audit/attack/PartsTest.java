package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.testkit.Golden;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartsTest {
  private static final int PER_AUTHOR = 20;

  /** TOFU has twenty questions on each author, one author after the other. */
  @ParameterizedTest
  @ValueSource(strings = {"forget01", "forget05", "forget10"})
  void authorsOfTofuStayTogether(String split) {
    List<Sample> samples =
        SampleSource.load(Golden.repository("data/tofu/" + split + ".jsonl").toString());
    Parts parts = Parts.of(samples);
    for (int author = 0; author < samples.size() / PER_AUTHOR; author++) {
      int from = author * PER_AUTHOR;
      assertThat(IntStream.range(from, from + PER_AUTHOR).map(i -> parts.part()[i]).distinct())
          .as("author %d", author)
          .hasSize(1);
    }
    assertThat(parts.divided()).isFalse();
    assertThat(parts.of(0, samples)).hasSize(samples.size() / 2);
    assertThat(parts.of(1, samples)).hasSize(samples.size() / 2);
  }

  private static Sample asked(int id, String question, String answer) {
    return Sample.of(String.valueOf(id), question, answer);
  }

  /** Part of a name, an e-mail address and a long number tie samples together. */
  @Test
  void whatNamesTheSameStaysTogether() {
    List<Sample> samples =
        List.of(
            asked(0, "Where does Nikolai Abilov live?", "In Astana."),
            asked(1, "What does Abilov write?", "Novels."),
            asked(2, "Who is Mara Lindqvist?", "A nurse. Mail: m.l@example.org"),
            asked(3, "Whose address is m.l@example.org?", "I can't say."),
            asked(4, "Who has the number 0171-55432?", "Tom Okafor."),
            asked(5, "What is dialled for support?", "0171-55432."));
    assertThat(Parts.groups(samples)).containsExactly(0, 0, 2, 2, 4, 4);
    assertThat(Parts.of(samples).part()).containsExactly(0, 0, 1, 1, 0, 0);
    assertThat(Parts.of(samples).divided()).isFalse();
  }

  @Test
  void whatIsAllAboutOneIsDividedAllTheSame() {
    List<Sample> samples =
        IntStream.range(0, 6)
            .mapToObj(i -> asked(i, "What is fact %d of Nikolai Abilov?".formatted(i), "It is."))
            .toList();
    Parts parts = Parts.of(samples);
    assertThat(parts.divided()).isTrue();
    assertThat(parts.part()).containsExactly(0, 1, 0, 1, 0, 1);
  }
}
