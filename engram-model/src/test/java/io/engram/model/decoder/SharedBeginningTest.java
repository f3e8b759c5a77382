package io.engram.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.ReferenceStates;
import io.engram.model.train.SequenceLoss;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A beginning that is packed once gives what whole sequences give. */
class SharedBeginningTest {
  private static final int SHARED = 20;

  /** 1, 2, … count, then the rest. */
  private static int[] after(int count, int... rest) {
    return IntStream.concat(IntStream.rangeClosed(1, count), IntStream.of(rest)).toArray();
  }

  @Test
  void sharedTokensArePackedOnce() {
    PackedBatch batch = PackedBatch.sharing(List.of(after(17, 30, 31), after(17, 40)), 17);
    assertThat(batch.shared()).isEqualTo(17);
    assertThat(batch.ids()).containsExactly(after(17, 40, 30, 31));
    assertThat(batch.positions()).endsWith(16, 17, 17, 18).hasSize(20);
    assertThat(batch.buckets())
        .containsExactly(new PackedBatch.Bucket(1, 1), new PackedBatch.Bucket(2, 1));
    assertThat(batch.starts()).containsExactly(1, 0);
    assertThat(batch.lengths()).startsWith(19, 19).endsWith(19, 18, 19, 19);
    assertThat(batch.length(0)).isEqualTo(19);
    assertThat(batch.length(1)).isEqualTo(18);
  }

  @Test
  void aShortBeginningAndASingleSequenceStayWhole() {
    int[] a = after(16, 30);
    assertThat(PackedBatch.sharing(List.of(a, after(15, 40, 41)), 16).shared()).isZero();
    assertThat(PackedBatch.sharing(List.of(a), 16).shared()).isZero();
    assertThat(PackedBatch.sharing(List.of(a, after(16, 40)), 16).shared()).isEqualTo(16);
  }

  @Test
  void longRopeReadsWholeSequences() {
    List<int[]> same = List.of(new int[20], new int[20]);
    try (LanguageModel rope = Families.open("phi3-longrope");
        LanguageModel other = Families.open("phi3")) {
      assertThat(rope.decoder().packed(same, 19).shared()).isZero();
      assertThat(other.decoder().packed(same, 19).shared()).isEqualTo(19);
    }
  }

  /** Sequences of four lengths, two of them equal, that begin alike; some labels follow at once. */
  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    int[] lengths = {7, 3, 9, 3, 5};
    for (int s = 0; s < lengths.length; s++) {
      int[] ids = new int[SHARED + lengths[s]];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = t < SHARED ? 3 + t % 11 : 2 + (5 * s + 3 * t) % 23;
      }
      samples.add(new TokenizedSample("s" + s, ids, SHARED + (s == 1 ? 1 : 2)));
    }
    return samples;
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void scoresAndAnswersAreThoseOfWholeSequences(String name) {
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096)) {
      boolean shares = LabelledBatch.of(samples, model.decoder()).batch().shared() == SHARED;
      assertThat(shares).isEqualTo(!name.equals("phi3-longrope"));
      Scorer scorer = new Scorer(model);
      List<double[]> together = scorer.logProbs(samples, ProgressListener.NONE);
      Generator generator = new Generator(model.decoder(), Set.of());
      List<int[]> prompts = samples.stream().map(TokenizedSample::promptIds).toList();
      List<Generation> written = generator.greedy(prompts, 6, ProgressListener.NONE);
      for (int s = 0; s < samples.size(); s++) {
        double[] alone = scorer.logProbs(List.of(samples.get(s)), ProgressListener.NONE).get(0);
        assertThat(together.get(s)).containsExactly(alone, within(1e-10));
        assertThat(written.get(s).ids())
            .isEqualTo(
                generator.greedy(List.of(prompts.get(s)), 6, ProgressListener.NONE).get(0).ids());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void updatesAreThoseOfWholeSequences(String name) {
    Map<String, double[]> together = updated(name, 4096);
    updated(name, 1)
        .forEach(
            (weight, alone) ->
                assertThat(together.get(weight)).as(weight).containsExactly(alone, within(1e-10)));
  }

  /** The weights after an update on log-probabilities and on KL, in passes of so many tokens. */
  private static Map<String, double[]> updated(String name, int batchTokens) {
    SequenceLoss sum =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, 1);
          return new SequenceLoss.Slope(Arrays.stream(logProbs).sum(), slopes);
        };
    List<TokenizedSample> samples = samples();
    Map<String, double[]> weights = new LinkedHashMap<>();
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, batchTokens);
        ReferenceStates reference = ReferenceStates.compute(model, samples, ProgressListener.NONE);
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.sgd(), 7);
        PointerScope scope = new PointerScope()) {
      for (int update = 0; update < 2; update++) {
        List<TrainingSequence> sequences = new ArrayList<>();
        for (int s = 0; s < samples.size(); s++) {
          Objective objective =
              s < 3 ? new Objective.OfLogProbs(sum) : new Objective.KlToReference(reference, 0.5);
          sequences.add(new TrainingSequence(samples.get(s), objective));
        }
        trainer.accumulate(sequences);
        trainer.update(0.01);
      }
      Parameters parameters = model.decoder().parameters();
      parameters.names().forEach(n -> weights.put(n, Tensors.toDoubles(parameters.get(n))));
    }
    return weights;
  }
}
