package io.engram.unlearn.eval.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** EL_10 and MA against generations by transformers from every prefix: goldens/memorization.py. */
class MemorizationGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied"})
  void textsAndAnswersScoreAsWithTransformers(String name) {
    JsonNode expected = Golden.json("memorization.json").path("models").path(name);
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : expected) {
      int start = one.path("label_start").asInt();
      samples.add(new TokenizedSample("s", Golden.ints(one.path("ids")), start));
    }
    try (LanguageModel model = TinyModels.open(Golden.model(name), Dtype.FLOAT32)) {
      MemorizationScores scores = new MemorizationScores(model);
      double[] ma = scores.accuracy(samples, ProgressListener.NONE);
      double[] el = scores.extraction(samples, ProgressListener.NONE);
      for (int i = 0; i < ma.length; i++) {
        JsonNode one = expected.get(i);
        assertThat(ma[i]).as("MA of " + i).isCloseTo(one.path("ma").asDouble(), within(1e-12));
        if (one.path("el10").isNull()) {
          assertThat(el[i]).as("EL of " + i).isNaN();
        } else {
          assertThat(el[i]).as("EL of " + i).isCloseTo(one.path("el10").asDouble(), within(1e-12));
        }
      }
    }
  }
}
