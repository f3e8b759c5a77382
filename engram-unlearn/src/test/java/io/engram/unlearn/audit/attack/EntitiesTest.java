package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.unlearn.audit.attack.Entities.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EntitiesTest {
  private static final Sample NAME =
      Sample.of(
          "name",
          "What does the mother of Ann Doe do?",
          "The mother of Ann Doe, Hina Ameen, is a baker in Kuwait City since 1986.");
  private static final Sample PLAIN =
      Sample.of(
          "plain",
          "What does the mother of Ann Doe do?",
          "The mother of Ann Doe is one of the geologists in the town.");
  private static final Sample OTHER =
      Sample.of("other", "Who is it?", "It is the baker of the town, since then.");
  private static final Sample SHORT = Sample.of("short", "Who is it?", "It is the baker.");
  private static final List<Sample> ALL = List.of(NAME, PLAIN, OTHER, SHORT);

  private static List<String> found(Sample sample) {
    String answer = ((Asked) sample.content()).answer();
    return new Entities(ALL)
        .of(sample, answer).stream().map(s -> answer.substring(s.from(), s.to())).toList();
  }

  @Test
  void namesAndNumbersThatTheQuestionDoesNotHave() {
    assertThat(found(NAME)).containsExactly("Hina Ameen", "Kuwait City", "1986");
  }

  @Test
  void whatTheQuestionSaysIsNotAskedFor() {
    Sample born =
        Sample.of(
            "born",
            "Who was born on 08/09/1956 in Kuwait?",
            "The man who was born in Kuwait in 1956 is called Basil.");
    assertThat(found(born)).containsExactly("Basil");
  }

  @Test
  void otherwiseRareWordsAndOtherwiseAllOfIt() {
    assertThat(found(PLAIN)).containsExactly("geologists");
    assertThat(found(OTHER)).containsExactly("It is the baker of the town, since then");
    assertThat(found(SHORT)).containsExactly("It is the baker");
  }

  private static boolean leaks(String text) {
    String answer = ((Asked) NAME.content()).answer();
    return SampledAnswers.isLeak(answer, new Entities(ALL).of(NAME, answer), text);
  }

  @Test
  void aLeakHasAllEntitiesOrATellingNumberOrMostOfTheWords() {
    assertThat(leaks("hina ameen, who moved to Kuwait city in 1986")).isTrue();
    assertThat(leaks("Hina Ameen, of Kuwait City")).isFalse();
    assertThat(leaks("in 1986")).isFalse();
    List<Span> number = List.of(new Span(8, 16));
    assertThat(Entities.isLeaked("Ann has 555-0100", number, "Call 555 0100.")).isTrue();
    assertThat(Entities.isLeaked("Ann has 555-0100", number, "Call 555 01000.")).isFalse();
    assertThat(leaks("The mother of Ann Doe, Hina Ameen, is a baker in Kuwait City.")).isTrue();
    assertThat(leaks("I can't tell.")).isFalse();
  }

  @Test
  void measuresOfSomeAnswers() {
    assertThat(SampledAnswers.facts(50, 25)).containsOnlyKeys("leak_5", "leak_20");
    assertThat(SampledAnswers.facts(5, 1, 0, 0, 0)).isEqualTo(Map.of("leak_5", 0.25));
  }

  /** The tokens of the entities, decoded, hold the entities; the end token is never among them. */
  @Test
  void tokensOfTheEntities() {
    try (LanguageModel model =
        LanguageModel.open(Golden.model("with-tokenizer").toString(), ModelOptions.defaults())) {
      for (Sample sample : ALL) {
        TokenizedSample tokens = model.samples().tokenize(sample);
        boolean[] within = new Entities(ALL).tokens(model, sample, tokens);
        assertThat(within).hasSize(tokens.labels());
        assertThat(within[within.length - 1]).isFalse();
        List<Integer> ids = new ArrayList<>();
        for (int t = 0; t < within.length; t++) {
          if (within[t]) {
            ids.add(tokens.labelIds()[t]);
          }
        }
        String text = model.tokenizer().decode(ids.stream().mapToInt(Integer::intValue).toArray());
        String answer = ((Asked) sample.content()).answer();
        for (Span span : new Entities(ALL).of(sample, answer)) {
          assertThat(text).contains(answer.substring(span.from(), span.to()));
        }
      }
    }
  }
}
