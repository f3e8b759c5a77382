package io.engram.unlearn.eval.generative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.JsonFiles;
import io.engram.core.stats.MeanWithError;
import io.engram.model.generate.StopTexts;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerScoreTest {
  private static AnswerScore score(String json) {
    return JsonFiles.mapper().readValue(json, AnswerScore.class);
  }

  @Test
  void findsTheFirstOrTheLastMatch() {
    AnswerScore.Find first = new AnswerScore.Find("[0-9]+", AnswerScore.Which.FIRST, "none");
    AnswerScore.Find last =
        new AnswerScore.Find("is ([a-z]*)|([0-9]+)", AnswerScore.Which.LAST, "-");
    assertThat(first.in("3 and 44")).isEqualTo("3");
    assertThat(first.in("three")).isEqualTo("none");
    assertThat(last.in("it is b or 44")).isEqualTo("44");
    assertThat(last.in("44 is ")).isEqualTo("-");
  }

  /** Of "the old red barn", 3 of 4 words come back in order; the answer has 5 words. */
  @Test
  void comparesByRouge() {
    List<String> right = List.of("nothing alike", "The old red barn");
    String output = "old, red, burning barn there";
    assertThat(score("{\"name\":\"r\",\"score\":\"rouge_l_recall\"}").of(output, right).value())
        .isCloseTo(0.75, within(1e-12));
    assertThat(score("{\"name\":\"f\",\"score\":\"rouge_l_f1\"}").of(output, right).value())
        .isCloseTo(2 * 0.6 * 0.75 / (0.6 + 0.75), within(1e-12));
    AnswerScore stemmed = score("{\"name\":\"s\",\"score\":\"rouge_l_recall\",\"stem\":true}");
    assertThat(stemmed.of("barns burned", List.of("barn burning")).value()).isEqualTo(1);
  }

  @Test
  void stripsOneTextOrBoth() {
    AnswerScore output =
        score(
            "{\"name\":\"a\",\"score\":\"exact_match\",\"strip\":\"output\",\"ignore_case\":true}");
    AnswerScore both =
        score("{\"name\":\"a\",\"score\":\"exact_match\",\"strip\":\"both\",\"ignore_case\":true}");
    assertThat(output.of(" Tarn\n", List.of("tarn")).value()).isEqualTo(1);
    assertThat(output.of(" Tarn\n", List.of("tarn ")).value()).isEqualTo(0);
    assertThat(both.of(" Tarn\n", List.of("TARN ")).value()).isEqualTo(1);
    assertThat(both.of("tarn", List.of()).value()).isEqualTo(0);
  }

  /** Mean of 1, 0, 0.5: 0.5 ± 0.5/√3; the highest is 1. */
  @Test
  void aggregatesRows() {
    GenerativeSpec spec =
        JsonFiles.mapper()
            .readValue(
                """
                {"answer": {"column": "a"}, "max_new_tokens": 4, "scores": [
                  {"name": "mean", "score": "exact_match"},
                  {"name": "worst", "score": "rouge_l_f1", "aggregate": "max"}]}
                """,
                GenerativeSpec.class);
    assertThat(spec.faults()).isEmpty();
    List<AnswerRow> rows = List.of(row(1), row(0), row(0.5));
    MeanWithError mean = spec.of("mean", rows);
    assertThat(mean.mean()).isCloseTo(0.5, within(1e-12));
    assertThat(mean.standardError()).isCloseTo(0.5 / Math.sqrt(3), within(1e-12));
    assertThat(spec.of("worst", rows).mean()).isEqualTo(1);
    assertThat(spec.of("worst", rows).standardError()).isNaN();
    assertThat(spec.of("worst", rows).n()).isEqualTo(3);
  }

  private static AnswerRow row(double value) {
    return new AnswerRow(
        "0", null, "", List.of(), Map.of(), Map.of("mean", value, "worst", value), 0, 0, "limit");
  }

  /** One after another, as the originals do: the second only in what the first left. */
  @Test
  void cutsAtStopTextsInTheirOrder() {
    assertThat(new StopTexts(List.of("\n\n", "Question:")).cut("a Question:\n\n")).isEqualTo("a ");
    assertThat(new StopTexts(List.of("cd", "bc")).cut("abcd")).isEqualTo("ab");
    assertThat(StopTexts.NONE.cut("ab")).isEqualTo("ab");
  }
}
