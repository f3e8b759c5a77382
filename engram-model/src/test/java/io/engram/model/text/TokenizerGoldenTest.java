package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tokens, offsets and answer spans against the Python tokenizers library. */
class TokenizerGoldenTest {
  private static final PromptTemplate BARE = new PairTemplate("bare", "{question}", "{answer}");

  private static LanguageModel open(PromptTemplate template) {
    return LanguageModel.open(
        Golden.path("llama/with-tokenizer").toString(),
        ModelOptions.defaults().withTemplate(template));
  }

  @Test
  void tokensAndEndsEqualThoseOfTheReference() {
    try (LanguageModel model = open(BARE)) {
      for (JsonNode one : Golden.json("llama/with-tokenizer/encodings.json").path("texts")) {
        Tokenizer.Tokens tokens = model.tokenizer().encodeWithEnds(one.path("text").asString());
        assertThat(tokens.ids()).containsExactly(Golden.ints(one.path("ids")));
        for (int i = 0; i < tokens.ends().length; i++) {
          assertThat(tokens.ends()[i]).isEqualTo(one.path("offsets_utf16").get(i).get(1).asInt());
        }
        assertThat(model.tokenizer().decode(tokens.ids()))
            .isEqualTo(one.path("decoded").asString());
      }
    }
  }

  @Test
  void everyTokenThatEndsAfterThePromptIsLabelledEvenWhereItBeginsWithin() {
    int merged = 0;
    try (LanguageModel model = open(BARE)) {
      for (JsonNode one : Golden.json("llama/with-tokenizer/encodings.json").path("texts")) {
        TokenizedSample sample =
            model
                .samples()
                .tokenize(
                    Sample.of("x", one.path("prompt").asString(), one.path("answer").asString()));
        assertThat(sample.labelStart()).isEqualTo(one.path("label_start").asInt());
        assertThat(sample.ids()).hasSize(one.path("ids").size() + 1).endsWith(0);
        merged += one.path("merges_across").asBoolean() ? 1 : 0;
      }
    }
    assertThat(merged).isEqualTo(3);
  }

  @Test
  void tokensOfTheFactAreThoseOfThePythonScript() {
    PromptTemplate spaced = new PairTemplate("spaced", "{question} ", "{answer}");
    int ofFact = 0;
    try (LanguageModel model = open(spaced)) {
      for (JsonNode one : Golden.json("fact_tokens.json").path("samples")) {
        String question = one.path("question").asString();
        Sample sample = Sample.of("x", question, one.path("text").asString());
        boolean[] own = model.samples().ofFact(sample, question, one.path("answer").asString());
        int[] expected = Golden.ints(one.path("of_fact"));
        assertThat(own).hasSize(expected.length + 1);
        assertThat(own[expected.length]).as("the end token").isFalse();
        for (int i = 0; i < expected.length; i++) {
          assertThat(own[i]).as("token %d of %s", i, one).isEqualTo(expected[i] == 1);
          ofFact += expected[i];
        }
      }
    }
    assertThat(ofFact).isGreaterThan(300);
  }

  @Test
  void aTextWithoutAQuestionHasNoFact() {
    try (LanguageModel model = open(BARE)) {
      Sample text = new Sample("x", new Sample.PlainText("Maria Lind was born."));
      assertThat(model.samples().ofFact(text, "Who?", "Maria Lind.")).containsOnly(false);
    }
  }

  /** The plain prompt ends in a blank, a token by itself; in the whole text it's the answer's. */
  @Test
  void byThePromptsLengthTheFirstTokenOfAnAnswerIsNotLabelled() {
    try (LanguageModel model = open(PromptTemplate.PLAIN)) {
      SampleTokenizer samples = model.samples();
      Sample sample = Sample.of("a", "Who is it?", "the author");
      TokenizedSample whole = samples.tokenize(sample);
      TokenizedSample byLength = samples.tokenizeByPromptLength(sample);
      int prompt = model.tokenizer().encode("Question: Who is it?\nAnswer: ").length;
      assertThat(byLength.ids()).isEqualTo(whole.ids());
      assertThat(byLength.labelStart()).isEqualTo(prompt).isEqualTo(whole.labelStart() + 1);
      Sample ids = new Sample("b", new Sample.TokenIds(List.of(5, 6), List.of(7)));
      assertThat(samples.tokenizeByPromptLength(ids).labelStart()).isEqualTo(2);
    }
  }

  @Test
  void samplesThatCannotBeMeasuredAreNamed() {
    try (LanguageModel model = open(PromptTemplate.PLAIN)) {
      SampleTokenizer samples = model.samples();
      assertThatThrownBy(() -> samples.tokenize(Sample.of("7", "Who?", "")))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("Sample 7: its answer is empty");
      assertThatThrownBy(() -> samples.tokenize(Sample.of("8", "Who?", "a ".repeat(3000))))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("Sample 8 has")
          .hasMessageContaining("the model's context is");
      Sample outside = new Sample("9", new Sample.TokenIds(List.of(1), List.of(99_999)));
      assertThatThrownBy(() -> samples.tokenize(outside))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("token id 99999; the model's vocabulary ends at 319");
    }
  }

  @Test
  void tokenIdsAreTakenAsTheyAre() {
    try (LanguageModel model = open(PromptTemplate.PLAIN)) {
      TokenizedSample given =
          model.samples().tokenize(new Sample("a", new Sample.TokenIds(List.of(5, 6), List.of(7))));
      assertThat(given.ids()).containsExactly(5, 6, 7);
      assertThat(given.labelStart()).isEqualTo(2);
      TokenizedSample bare =
          model.samples().tokenize(new Sample("b", new Sample.TokenIds(List.of(), List.of(5, 6))));
      assertThat(bare.labelStart()).isEqualTo(1);
    }
  }
}
