package io.engram.unlearn.eval.memorization;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.PlainText;
import io.engram.core.sample.Sample.QuestionAnswer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MadeControlsTest {
  private static final List<Sample> REQUESTS =
      List.of(
          Sample.of("a", "Where does Ada Lund live?", "Ada Lund lives at 12 Elm Road, Oslo."),
          Sample.of("b", "Where does Bo Weir live?", "Bo Weir lives at 47 Oak Lane, Turku."),
          Sample.of("c", "When was Cy Hale born?", "Cy Hale was born on 03/11/1984."),
          Sample.of("d", "What is the number of Di Moss?", "The number of Di Moss is 555-0199."));

  private static QuestionAnswer asked(Sample sample) {
    return (QuestionAnswer) sample.content();
  }

  @Test
  void thereAreFortyAndNoneIsARequestOrTwice() {
    List<Sample> controls = MadeControls.of(REQUESTS, 1);
    assertThat(controls).hasSize(40);
    Set<Object> contents = controls.stream().map(Sample::content).collect(Collectors.toSet());
    assertThat(contents).hasSize(40);
    REQUESTS.forEach(request -> assertThat(contents).doesNotContain(request.content()));
  }

  /** Of two requests with two questions each; one of a third can't be changed. */
  @Test
  void aGroupOfControlsIsMadeFromEachSampleOfAGroup() {
    Sample same = Sample.of("e", "who?", "nobody");
    List<List<Sample>> groups =
        List.of(REQUESTS.subList(0, 2), REQUESTS.subList(2, 4), List.of(REQUESTS.get(0), same));
    List<List<Sample>> made = MadeControls.ofGroups(groups, 1);
    assertThat(made).hasSize(40);
    for (List<Sample> group : made) {
      String ids = group.get(0).id() + " " + group.get(1).id();
      assertThat(ids).matches("(a~(\\d+) b~\\2|c~(\\d+) d~\\3)");
    }
    assertThat(made.stream().flatMap(List::stream).map(Sample::content)).doesNotHaveDuplicates();
    assertThat(MadeControls.ofGroups(List.of(), 1)).isEmpty();
  }

  @Test
  void theSameSeedMakesTheSame() {
    assertThat(MadeControls.of(REQUESTS, 1)).isEqualTo(MadeControls.of(REQUESTS, 1));
    assertThat(MadeControls.of(REQUESTS, 1)).isNotEqualTo(MadeControls.of(REQUESTS, 2));
  }

  @Test
  void noNameOrNumberOfTheRequestIsLeft() {
    for (Sample control : MadeControls.of(REQUESTS, 1)) {
      String answer = asked(control).answer();
      switch (control.id().charAt(0)) {
        case 'a' -> assertThat(answer).doesNotContain("Ada", "Lund", "12", "Elm", "Oslo");
        case 'b' -> assertThat(answer).doesNotContain("Weir", "47", "Oak Lane", "Turku");
        case 'c' -> assertThat(answer).doesNotContain("Cy Hale", "03/11/1984");
        default -> assertThat(answer).doesNotContain("Di Moss", "555-0199");
      }
    }
  }

  @Test
  void aNameIsReplacedByTheSameOneWhereverItOccurs() {
    for (Sample control : MadeControls.of(REQUESTS, 3)) {
      if (control.id().startsWith("a")) {
        String question = asked(control).question();
        String name = question.replaceAll(".*?((?:\\p{Lu}\\w+ ){1,2})[a-z]+\\?$", "$1").strip();
        assertThat(asked(control).answer()).startsWith(name);
      }
    }
  }

  @Test
  void digitsKeepTheirForm() {
    assertThat(MadeControls.of(REQUESTS, 1))
        .filteredOn(control -> control.id().startsWith("d"))
        .allMatch(control -> asked(control).answer().matches(".*\\d{3}-\\d{4}\\."));
    assertThat(MadeControls.of(REQUESTS, 1))
        .filteredOn(control -> control.id().startsWith("c"))
        .allMatch(control -> asked(control).answer().matches(".*\\d\\d/\\d\\d/\\d{4}\\."));
  }

  @Test
  void aQuestionWordIsNoName() {
    assertThat(MadeControls.of(REQUESTS, 1))
        .filteredOn(control -> control.id().startsWith("a"))
        .allMatch(control -> asked(control).question().startsWith("Where "));
  }

  @Test
  void textsWork() {
    List<Sample> texts =
        List.of(
            new Sample("t", new PlainText("Ada Lund met Bo Weir in Oslo.")),
            new Sample("u", new PlainText("Cy Hale met Di Moss in Turku.")));
    assertThat(MadeControls.of(texts, 1))
        .isNotEmpty()
        .allMatch(c -> c.content() instanceof PlainText);
  }

  @Test
  void nothingToExchangeMakesNone() {
    List<Sample> ids = List.of(new Sample("i", new Sample.TokenIds(List.of(1, 2), List.of(3))));
    assertThat(MadeControls.of(ids, 1)).isEmpty();
    assertThat(MadeControls.aboutOthers(ids)).containsOnlyNulls();
  }

  @Test
  void aRequestAboutSomeoneElseChangesTheNamesOfTheQuestionAlone() {
    Sample other = MadeControls.aboutOthers(REQUESTS).get(0);
    assertThat(asked(other).question()).doesNotContain("Ada Lund").startsWith("Where does ");
    assertThat(asked(other).answer()).doesNotContain("Ada").endsWith("lives at 12 Elm Road, Oslo.");
  }
}
