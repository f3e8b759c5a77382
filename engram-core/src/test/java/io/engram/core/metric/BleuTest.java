package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BleuTest {
  private static final Offset<Double> CLOSE = within(1e-9);

  private static double bleu(String text, String reference) {
    return Bleu.of(Bleu.counts(text, reference));
  }

  /** Of "a b c d e" in "a b c d f": 4 of 5 words, 3 of 4 pairs, 2 of 3 triples, 1 of 2 fours. */
  @Test
  void theGeometricMeanOfFourShares() {
    double shares = 4 / 5.0 * 3 / 4 * 2 / 3 * 1 / 2;
    assertThat(bleu("a b c d e", "a b c d f")).isCloseTo(100 * Math.pow(shares, 0.25), CLOSE);
    assertThat(bleu("a b c d", "a b c d")).isCloseTo(100, CLOSE);
    assertThat(bleu("A b c d", "a b c d")).as("case counts").isLessThan(100);
  }

  /** Four words of eight: exp(1 − 8/4). */
  @Test
  void shortTextsArePenalised() {
    assertThat(bleu("a b c d", "a b c d e f g h")).isCloseTo(100 * Math.exp(-1), CLOSE);
    assertThat(bleu("a b c d e f g h", "a b c d"))
        .as("8 words: 4, 3, 2 and 1 match")
        .isLessThan(50);
  }

  /** "a x b y" in "a b": 2 of 4, then nothing of 3, 2 and 1: ½ of 3, ¼ of 2, ⅛ of 1. */
  @Test
  void whatMatchesNothingHalvesFromOneLengthToTheNext() {
    double shares = 2 / 4.0 * (1 / 2.0 / 3) * (1 / 4.0 / 2) * (1 / 8.0);
    assertThat(bleu("a x b y", "a b")).isCloseTo(100 * Math.pow(shares, 0.25), CLOSE);
  }

  /** "a" three times, twice in the reference. */
  @Test
  void aRunMatchesAsOftenAsTheReferenceHasIt() {
    assertThat(Bleu.counts("a a a", "a b a").matches()).containsExactly(2, 0, 0, 0);
    assertThat(Bleu.counts("a a a", "a b a").runs()).containsExactly(3, 2, 1, 0);
  }

  @Test
  void nothingScoresNothing() {
    assertThat(bleu("", "a b c d")).isZero();
    assertThat(bleu("a b c d", "")).isZero();
    assertThat(bleu("a b c", "a b c")).as("no four words").isZero();
    assertThat(Bleu.of(Bleu.Counts.sum(List.of()))).isZero();
  }

  @Test
  void equalsSacrebleuOnEveryPairAndCorpus() {
    JsonNode golden = Golden.json("bleu.json");
    List<Bleu.Counts> counts = new ArrayList<>();
    for (JsonNode pair : golden.path("pairs")) {
      String prediction = pair.path("prediction").asString();
      List<String> words = pair.path("words").valueStream().map(JsonNode::asString).toList();
      assertThat(Bleu.Tokenizer13a.words(prediction)).as(prediction).isEqualTo(words);
      Bleu.Counts own = Bleu.counts(prediction, pair.path("reference").asString());
      assertThat(Bleu.of(own)).as(prediction).isCloseTo(pair.path("bleu").asDouble(), CLOSE);
      counts.add(own);
    }
    assertThat(counts).hasSize(160);
    for (JsonNode corpus : golden.path("corpora")) {
      int first = corpus.path("first").asInt();
      List<Bleu.Counts> texts = counts.subList(first, first + corpus.path("texts").asInt());
      assertThat(Bleu.of(Bleu.Counts.sum(texts))).isCloseTo(corpus.path("bleu").asDouble(), CLOSE);
    }
  }
}
