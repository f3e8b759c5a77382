package io.engram.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SamplingTest {
  private static int[] nucleus(Sampling sampling, double... p) {
    return sampling.nucleus(p, 0, p.length);
  }

  /** 0.5 + 0.3 is below 0.85, with 0.15 it isn't: 0.5 is drawn below 0.5/0.95, then 0.3, 0.15. */
  @Test
  void drawsFromTheFewestTokensThatReachTopP() {
    Sampling sampling = new Sampling(1, 0.85);
    double[] p = {0.05, 0.3, 0.5, 0.15};
    assertThat(nucleus(sampling, p)).containsExactly(2, 1, 3);
    assertThat(sampling.draw(p, 0.526)).isEqualTo(2);
    assertThat(sampling.draw(p, 0.527)).isEqualTo(1);
    assertThat(sampling.draw(p, 0.842)).isEqualTo(1);
    assertThat(sampling.draw(p, 0.843)).isEqualTo(3);
    assertThat(sampling.draw(p, 1 - 1e-16)).isEqualTo(3);
    assertThat(nucleus(new Sampling(1, 1e-6), p)).containsExactly(2);
    assertThat(nucleus(new Sampling(1, 1), p)).containsExactly(2, 1, 3, 0);
    assertThat(nucleus(sampling, 0.25, 0.25, 0.25, 0.25)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void agreesWithTransformers() {
    JsonNode golden = Golden.json("sampling.json");
    double[] uniform = Golden.doubles(golden.path("uniform"));
    for (JsonNode row : golden.path("cases")) {
      Sampling sampling =
          new Sampling(row.path("temperature").asDouble(), row.path("top_p").asDouble());
      double[] p = Golden.doubles(row.path("probabilities"));
      assertThat(nucleus(sampling, p)).containsExactly(Golden.ints(row.path("kept")));
      int[] drawn = Arrays.stream(uniform).mapToInt(u -> sampling.draw(p, u)).toArray();
      assertThat(drawn).containsExactly(Golden.ints(row.path("drawn")));
    }
  }

  @Test
  void refusesWhatIsNoDistribution() {
    assertThatThrownBy(() -> new Sampling(0, 0.9)).hasMessageContaining("temperature 0");
    assertThatThrownBy(() -> new Sampling(1, 1.1)).hasMessageContaining("top-p 1.1");
  }

  private static List<int[]> ids(List<Generation> all) {
    return all.stream().map(Generation::ids).toList();
  }

  private static RandomStream stream(int i) {
    return RandomStream.of(7, "test", 0, i);
  }

  /** Together as alone, and the first choice where the nucleus has one token. */
  @Test
  void whatIsDrawnDoesNotDependOnTheBatch() {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      Generator generator = new Generator(model.decoder(), Set.of(3));
      Sampling sampling = new Sampling(1, 0.95);
      List<int[]> prompts = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        prompts.add(IntStream.range(0, 2 + i % 4).map(t -> 5 + t).toArray());
      }
      int[] limits = prompts.stream().mapToInt(p -> 9 + p.length).toArray();
      List<RandomStream> streams = IntStream.range(0, 30).mapToObj(SamplingTest::stream).toList();
      List<int[]> together =
          ids(generator.sample(prompts, limits, sampling, streams, ProgressListener.NONE));
      for (int i = 0; i < 30; i += 7) {
        List<Generation> alone =
            generator.sample(
                List.of(prompts.get(i)),
                new int[] {limits[i]},
                sampling,
                List.of(stream(i)),
                ProgressListener.NONE);
        assertThat(alone.get(0).ids()).containsExactly(together.get(i));
      }
      assertThat(together.stream().map(Arrays::toString).distinct().count()).isGreaterThan(20);
      List<int[]> likeliest =
          ids(
              generator.sample(
                  prompts, limits, new Sampling(1, 1e-9), streams, ProgressListener.NONE));
      List<int[]> greedy = ids(generator.greedy(prompts, limits, ProgressListener.NONE));
      assertThat(likeliest).usingRecursiveComparison().isEqualTo(greedy);
    }
  }

  /** How often each first token is drawn, against its probability. */
  @Test
  void drawsTokensAsOftenAsTheirProbability() {
    Sampling sampling = new Sampling(1, 0.9);
    double[] p = {0.6, 0.25, 0.1, 0.05};
    RandomStream random = stream(0);
    int[] counts = new int[4];
    for (int i = 0; i < 20_000; i++) {
      counts[sampling.draw(p, random.nextDouble())]++;
    }
    assertThat(counts[0] / 20_000.0).isCloseTo(0.6 / 0.95, within(0.012));
    assertThat(counts[1] / 20_000.0).isCloseTo(0.25 / 0.95, within(0.012));
    assertThat(counts[3]).isZero();
  }
}
