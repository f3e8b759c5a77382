package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The scores that a pass or two of the model tell, on a tiny one. */
class DifficultyScoresTest {
  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("a", new Sample.QuestionAnswer("Who is it?", "The author of many books.")),
          new Sample("b", new Sample.QuestionAnswer("Where is it?", "In the city.")),
          new Sample("c", new Sample.QuestionAnswer("When was it?", "Long ago, in the old days.")));

  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Scoring scoring() {
    return Scoring.of(model, SAMPLES, 3);
  }

  private static double[] values(DifficultyScore score) {
    return score.measure(scoring()).values();
  }

  @Test
  void everyScoreHasANameOfItsOwn() {
    assertThat(DifficultyScores.ALL.names())
        .doesNotHaveDuplicates()
        .startsWith("antithetic")
        .contains("predicted_updates", "preliminary", "tokens", "retrained_gap");
  }

  /** Of all tokens it is the mean loss; of the fewest, the largest loss of a token. */
  @Test
  void theLeastLikelyTokensHaveTheLargestLosses() {
    assertThat(values(new LeastLikely(1))).containsExactly(values(new LossMean()), within(1e-12));
    double[] largest =
        scoring().scores().stream()
            .mapToDouble(one -> -Arrays.stream(one.logProbs()).min().orElseThrow())
            .toArray();
    assertThat(values(new LeastLikely(1e-9))).containsExactly(largest, within(1e-12));
  }

  /** The same samples, in NumPy and transformers. */
  @Test
  void theLeastLikelyTokensAreThoseOfTransformers() {
    JsonNode golden = Golden.json("min_k.json");
    double[] shares = Golden.doubles(golden.path("shares"));
    for (int k = 0; k < shares.length; k++) {
      double[] values = values(new LeastLikely(shares[k]));
      for (int i = 0; i < SAMPLES.size(); i++) {
        double expected = golden.path("answers").path(i).path("scores").path(k).asDouble();
        assertThat(values[i]).as(shares[k] + " of " + i).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @Test
  void lossesAreThoseOfTheTokens() {
    double[] length = values(new Length());
    double[] sum = values(new LossSum());
    double[] mean = values(new LossMean());
    for (int i = 0; i < SAMPLES.size(); i++) {
      assertThat(length[i]).isEqualTo(model.samples().tokenize(SAMPLES.get(i)).labels());
      assertThat(sum[i]).isCloseTo(length[i] * mean[i], within(1e-9));
    }
    assertThat(Arrays.stream(values(new Memorization())))
        .allMatch(share -> share >= 0 && share <= 1);
  }

  @Test
  void gradientNormsAreThatOfTheMeanLossAndOfItsLogarithm() {
    double[] norm = values(new GradientNorm());
    double[] relative = values(new RelativeGradientNorm());
    double[] mean = values(new LossMean());
    for (int i = 0; i < SAMPLES.size(); i++) {
      assertThat(norm[i]).isPositive();
      assertThat(relative[i]).isCloseTo(norm[i] / mean[i], within(1e-12));
    }
  }

  @Test
  void distanceIsFromTheMeanOfWhatIsKept() {
    Scoring alone =
        Scoring.of(model, SAMPLES.subList(0, 1), 3)
            .retaining(model.samples().tokenize(SAMPLES.subList(0, 1)));
    assertThat(new RepresentationDistance().measure(alone).values()[0]).isCloseTo(0, within(1e-6));
    assertThat(
            Arrays.stream(
                new RepresentationDistance()
                    .measure(scoring().retaining(model.samples().tokenize(SAMPLES)))
                    .values()))
        .allMatch(distance -> distance > 0 && distance < 2);
    assertThatThrownBy(() -> values(new RepresentationDistance()))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "The score representation_distance needs samples to keep: give --retain"
                + " DATA, or retain.data.");
  }

  @Test
  void gapToTheModelItselfIsNone() {
    Scoring against =
        scoring().against(() -> TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32));
    assertThat(Arrays.stream(new RetrainedGap().measure(against).values()))
        .allMatch(gap -> Math.abs(gap) < 1e-9);
    assertThatThrownBy(() -> values(new RetrainedGap()))
        .hasMessageContaining("retrained_gap needs a model trained without the samples");
  }

  @Test
  void whatIsEasyIsDrawnMore() {
    assertThat(new LossMean().ease(2)).isEqualTo(2);
    assertThat(new Length().ease(4)).isEqualTo(0.25);
    assertThat(new Memorization().ease(0.75)).isEqualTo(0.25);
    assertThat(new RepresentationDistance().ease(0.5)).isEqualTo(1.5);
    assertThat(new RetrainedGap().ease(0)).isEqualTo(1);
  }

  @Test
  void rowsKeepTheirValueUnderTheScoresName() {
    MrdRow row = new LossMean().measure(scoring()).rows().get(1);
    assertThat(JsonFiles.mapper().readTree(JsonFiles.line(row)).propertyNames())
        .containsExactly("id", "loss_mean", "standard_error", "draws", "tokens", "clamped");
    assertThat(JsonFiles.mapper().readValue(JsonFiles.line(row), MrdRow.class)).isEqualTo(row);
    assertThat(row.id()).isEqualTo("b");
    assertThat(row.standardError()).isNaN();
  }
}
