package io.engram.unlearn.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StructuredValueTest {
  private static List<String> found(String text) {
    return StructuredValue.of(text, 9).stream().map(StructuredValue::text).toList();
  }

  @Test
  void valuesOfATextTheLongestFirst() {
    assertThat(found("Mail ann.doe@example.org or call 555-0100."))
        .containsExactly("ann.doe@example.org", "555-0100");
    assertThat(found("On 8 September 1956, or 09/08/1956, she had 12 books and 3 cats."))
        .containsExactly("8 September 1956", "09/08/1956", "12");
    assertThat(found("The 8th of September, 1956; born May 5, 1960."))
        .containsExactly("8th of September, 1956", "May 5, 1960");
    assertThat(found("+44 20 7946 0018, since 1986")).containsExactly("+44 20 7946 0018", "1986");
    assertThat(found("No value in here.")).isEmpty();
    assertThat(StructuredValue.of("1999, 20000", 1))
        .extracting(StructuredValue::from)
        .containsExactly(6);
    assertThat(StructuredValue.isIn(Sample.of("a", "When in 1990?", "Never."))).isFalse();
    assertThat(StructuredValue.isIn(Sample.of("a", "When?", "In 1990."))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ann.doe7@example.org ; [aeiou][b-z]{2}\\.[b-z][aeiou]{2}\\d@example\\.org",
        "555-0100 ; [1-9]\\d\\d-0?\\d{3,4}",
        "1956 ; 19\\d\\d",
        "12 ; [1-9]\\d",
        "1956-09-08 ; 19\\d\\d-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])",
        "08/09/1956 ; (0[1-9]|1[0-2])/(0[1-9]|1[0-2])/19\\d\\d",
        "8th of September, 1956 ; ([12]?1st|2?2nd|2?3rd|\\d+th) of [A-Z][a-z]+, 19\\d\\d",
        "May 5, 1960 ; [A-Z][a-z]+ \\d{1,2}, 19\\d\\d",
        "1,250.75 ; [1-9],[1-9]\\d\\d\\.[1-9]\\d"
      })
  void candidatesHaveTheSameFormat(String value, String format) {
    StructuredValue own = StructuredValue.of(value, 1).get(0);
    assertThat(own.text()).isEqualTo(value);
    RandomStream random = RandomStream.of(1, "test", 0, 0);
    List<String> made = IntStream.range(0, 200).mapToObj(i -> own.candidate(random)).toList();
    assertThat(made).allSatisfy(m -> assertThat(m).matches(format));
    assertThat(made.stream().distinct().count()).isGreaterThan(50);
  }
}
