package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.TokenTree;
import io.engram.model.decoder.TreePass;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.score.ContinuationScorer.Score;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContinuationScorerTest {
  private static final int VOCABULARY = 70;

  /** Questions with a common beginning, several answers each, some of one token, some equal. */
  private static List<Request> questions(int prefix, int seed) {
    Random random = new Random(seed);
    int[] beginning = random.ints(prefix, 0, VOCABULARY).toArray();
    List<Request> requests = new ArrayList<>();
    for (int question = 0; question < 6; question++) {
      int[] asked = random.ints(1 + question * 2, 0, VOCABULARY).toArray();
      int[] context = IntStream.concat(IntStream.of(beginning), IntStream.of(asked)).toArray();
      for (int answer = 0; answer < 4; answer++) {
        int tokens = question % 2 == 0 ? 1 : 1 + answer;
        requests.add(new Request(context, random.ints(tokens, 0, VOCABULARY).toArray()));
      }
    }
    requests.add(requests.get(3));
    requests.add(new Request(new int[] {7}, new int[] {8, 9}));
    return requests;
  }

  private static void matchesPlainScoring(LanguageModel model, List<Request> requests, int batch) {
    List<TokenizedSample> samples =
        requests.stream()
            .map(
                r -> {
                  int[] ids =
                      IntStream.concat(IntStream.of(r.context()), IntStream.of(r.continuation()))
                          .toArray();
                  return new TokenizedSample("r", ids, r.context().length);
                })
            .toList();
    List<Scorer.TokenScores> plain = new Scorer(model).score(samples, ProgressListener.NONE);
    List<Score> scores =
        new ContinuationScorer(model.decoder(), 1000, batch).score(requests, ProgressListener.NONE);
    assertThat(scores).hasSameSizeAs(requests);
    for (int i = 0; i < scores.size(); i++) {
      double expected = Arrays.stream(plain.get(i).logProbs()).sum();
      assertThat(scores.get(i).logProb()).isCloseTo(expected, within(1e-5));
      boolean[] hits = plain.get(i).isArgmax();
      boolean greedy = IntStream.range(0, hits.length).allMatch(t -> hits[t]);
      assertThat(scores.get(i).greedy()).isEqualTo(greedy);
      assertThat(scores.get(i).cut()).isZero();
    }
  }

  /** Windows, soft caps, learned positions, layers without any, and LongRoPE beyond 16 tokens. */
  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void matchesPlainScoringInEveryFamily(String family) {
    try (LanguageModel model = Families.open(family)) {
      matchesPlainScoring(model, questions(10, 1), 4096);
      matchesPlainScoring(model, questions(10, 2), 7);
    }
  }

  /** Batches that end anywhere, and runs of rows longer than one attention takes. */
  @ParameterizedTest
  @CsvSource({"5, 1", "5, 3", "140, 64", "140, 4096", "0, 16"})
  void matchesPlainScoringWhereverBatchesEnd(int prefix, int batch) {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      matchesPlainScoring(model, questions(prefix, prefix + batch), batch);
    }
  }

  /** Also where most of many tokens are the model's first choice. */
  @Test
  void tellsGreedyContinuations() {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      int[] context = {3, 1, 4};
      int best =
          IntStream.range(0, VOCABULARY)
              .boxed()
              .max(java.util.Comparator.comparingDouble(t -> single(model, context, t).logProb()))
              .orElseThrow();
      assertThat(single(model, context, best).greedy()).isTrue();
      assertThat(single(model, context, (best + 1) % VOCABULARY).greedy()).isFalse();
    }
  }

  private static Score single(LanguageModel model, int[] context, int token) {
    return new ContinuationScorer(model)
        .score(List.of(new Request(context, new int[] {token})), ProgressListener.NONE)
        .get(0);
  }

  /** A window of 6 holds the last 4 of the context, and the first 2 of 3 tokens to be predicted. */
  @Test
  void longContextsLoseTheirBeginning() {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      ContinuationScorer narrow = new ContinuationScorer(model.decoder(), 6, 4096);
      int[] context = {1, 2, 3, 4, 5, 6, 7, 8};
      int[] continuation = {9, 10, 11};
      List<Score> scores =
          narrow.score(
              List.of(
                  new Request(context, continuation),
                  new Request(new int[] {5, 6, 7, 8}, continuation)),
              ProgressListener.NONE);
      assertThat(scores.get(0).cut()).isEqualTo(4);
      assertThat(scores.get(1).cut()).isZero();
      assertThat(scores.get(0).logProb()).isEqualTo(scores.get(1).logProb());
      assertThatThrownBy(
              () -> narrow.score(List.of(new Request(context, new int[7])), ProgressListener.NONE))
          .isInstanceOf(EngramException.class)
          .hasMessage("A continuation has 7 tokens; the model's window is 6.");
    }
  }

  /** What fails while it's used, for want of memory, counts as not read. */
  @Test
  void aBatchThatFailsIsReadAgain() {
    int[] sequence = {1, 2, 3, 4};
    TokenTree tree = TokenTree.of(List.of(sequence), new int[] {3});
    List<double[]> seen = new ArrayList<>();
    try (LanguageModel model = TinyModels.open("gqa-tied");
        TreePass whole = new TreePass(model.decoder(), tree, 4);
        TreePass pass = new TreePass(model.decoder(), tree, 4)) {
      whole.read(4, new int[] {3}, hidden -> seen.add(Tensors.toDoubles(hidden)));
      pass.read(2, new int[0], hidden -> assertThat(hidden.size(0)).isZero());
      assertThatThrownBy(
              () ->
                  pass.read(
                      4,
                      new int[] {3},
                      hidden -> {
                        throw new IllegalStateException("out of memory");
                      }))
          .hasMessage("out of memory");
      assertThat(pass.next()).isEqualTo(2);
      pass.read(4, new int[] {3}, hidden -> seen.add(Tensors.toDoubles(hidden)));
      assertThat(pass.next()).isEqualTo(4);
    }
    assertThat(seen.get(1)).containsExactly(seen.get(0), within(1e-5));
  }

  @Test
  void saysHowManyAreDone() {
    List<Long> told = new ArrayList<>();
    ProgressListener progress =
        new ProgressListener() {
          @Override
          public void start(String what, long total, String unit) {}

          @Override
          public void advance(long done) {
            told.add(done);
          }

          @Override
          public void finish() {}
        };
    List<Request> requests = questions(4, 9);
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      new ContinuationScorer(model.decoder(), 100, 10).score(requests, progress);
    }
    assertThat(told.stream().mapToLong(Long::longValue).sum()).isEqualTo(requests.size());
    assertThat(told).hasSizeGreaterThan(3);
  }
}
