package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.generative.PythonText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RowMendingTest {
  private static DataRow row(String json) {
    return new DataRow((ObjectNode) JsonMapper.shared().readTree(json), "rows.jsonl line 1");
  }

  @Test
  void hellaswagsContextIsPutTogetherAndCleaned() {
    DataRow mended =
        RowMending.hellaSwag(
            row(
                """
                {"activity_label": "Baking bread", "ctx_a": "[header] How to bake [title] Mix  it.",
                 "ctx_b": "the Baker", "endings": [" kneads. [substeps] Then rests.", "a [title] b"]}
                """));
    assertThat(mended.fields().path("query").asString())
        .isEqualTo("Baking bread: How to bake. Mix it. The baker");
    assertThat(Columns.texts(mended, "endings")).containsExactly("kneads. Then rests.", "a. b");
  }

  /** A bracket isn't closed on a later line, and a no-break blank is a blank, as in Python. */
  @Test
  void cleaningGoesByPythonsRules() {
    assertThat(RowMending.withoutTraces("\u00a0a [b\nc] d\u00a0")).isEqualTo("a [b\nc] d");
    assertThat(RowMending.withoutTraces("a [b\u2028c] d")).isEqualTo("a d");
    assertThat(PythonText.capitalize("éCOLE Des")).isEqualTo("École des");
    assertThat(PythonText.capitalize("")).isEmpty();
    assertThat(PythonText.stripEnd(" a \u00a0\n")).isEqualTo(" a");
  }

  @Test
  void winograndeHasTwoContextsAndOneSuffix() {
    DataRow mended =
        RowMending.winogrande(
            row(
                """
                {"sentence": "Ann thanked Bea because _ had helped_her.", "option1": "Ann",
                 "option2": "Bea", "answer": "2"}
                """));
    assertThat(Columns.texts(mended, "contexts"))
        .containsExactly("Ann thanked Bea because Ann", "Ann thanked Bea because Bea");
    assertThat(mended.fields().path("suffix").asString()).isEqualTo("had helped_her.");
    assertThatThrownBy(() -> RowMending.winogrande(row("{\"sentence\": \"no blank\"}")))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "rows.jsonl line 1: the sentence has no blank _ with a text after it: no blank");
  }

  @Test
  void truthfulQasTableHasBothTargets() {
    DataRow mended =
        RowMending.truthfulQa(
            row(
                """
                {"Question": "Why?", "Best Answer": "Because", "Correct Answers": "Because; So; ",
                 "Incorrect Answers": "Never;Always"}
                """));
    assertThat(Columns.texts(mended, "mc1_targets.choices"))
        .containsExactly("Because", "Never", "Always");
    assertThat(Columns.texts(mended, "mc1_targets.labels")).containsExactly("1", "0", "0");
    assertThat(Columns.texts(mended, "mc2_targets.choices"))
        .containsExactly("Because", "So", "Never", "Always");
    assertThat(Columns.texts(mended, "mc2_targets.labels")).containsExactly("1", "1", "0", "0");
    assertThat(Columns.text(mended, "question")).isEqualTo("Why?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "the boys ' hats|the boys' hats",
        "3 @.@ 5 @-@ inch 1 @,@ 000|3.5-inch 1,000",
        "a ( b ) [ c ] { d }|a (b) [c] {d}",
        "he said \" yes \" ; no|he said \"yes\"; no",
        "it 's = = Title = =|it's == Title ==",
        "7 ° N x|7°N x",
        "is N x|is 1 x",
        "x /' 5/ y|x /'[0-9]/ y"
      })
  void wikitextIsDetokenized(String tokenized, String plain) {
    assertThat(WikiText.detokenized(tokenized)).isEqualTo(plain);
  }

  @Test
  void wikitextsWordsCountEmptyEnds() {
    assertThat(WikiText.words(" a b \n")).isEqualTo(4);
    assertThat(WikiText.words("a")).isEqualTo(1);
  }

  @Test
  void wikitextIsCutAtTitles() {
    String text = " \r\n = One = \r\n = = Part = = \r\n a . \r\n = Two = \r\n b . \r\n";
    List<DataRow> whole =
        WikiText.pages(
            List.of(row(JsonMapper.shared().createObjectNode().put("text", text).toString())));
    assertThat(whole)
        .extracting(page -> Columns.text(page, "page"))
        .containsExactly(" = One = \n = = Part = = \n a . ", " = Two = \n b . \n");
    assertThat(whole.get(1).where()).isEqualTo("rows.jsonl page 1");
    DataRow page = row("{\"page\": \"as it is\"}");
    assertThat(WikiText.pages(List.of(page))).containsExactly(page);
  }
}
