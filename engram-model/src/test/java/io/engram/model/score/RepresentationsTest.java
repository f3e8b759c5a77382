package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.TinyModels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class RepresentationsTest {
  private static final List<TokenizedSample> SAMPLES =
      List.of(
          new TokenizedSample("a", new int[] {87, 42, 69, 22, 15, 23, 20, 64, 63}, 4),
          new TokenizedSample("b", new int[] {62, 37, 42, 63, 15}, 4),
          new TokenizedSample("c", new int[] {9, 8, 7, 6, 5, 4, 3, 2, 1, 11, 12}, 1),
          new TokenizedSample("d", new int[] {33, 37, 42, 63, 15}, 2));

  /** The states at label start − 1 to n − 2, each alone in its batch, added up here. */
  private static double[] byHand(LanguageModel model, TokenizedSample sample) {
    Decoder decoder = model.decoder();
    int[] inputs = Arrays.copyOf(sample.ids(), sample.ids().length - 1);
    int[] rows = IntStream.range(sample.labelStart() - 1, inputs.length).toArray();
    int width = decoder.config().hiddenSize();
    double[] mean = new double[width];
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor hidden =
          decoder.hidden(
              PackedBatch.of(List.of(inputs)),
              decoder.embed(inputs),
              Tensors.ofInts(rows, decoder.device()));
      double[] states = Tensors.toDoubles(hidden);
      for (int i = 0; i < states.length; i++) {
        mean[i % width] += states[i] / rows.length;
      }
    }
    return mean;
  }

  @Test
  void isTheMeanOfTheStatesThatLabelsArePredictedFrom() {
    try (LanguageModel model = TinyModels.open("gqa-untied", Dtype.FLOAT64, 4096)) {
      List<double[]> found = Representations.of(model, SAMPLES);
      assertThat(found).hasSize(SAMPLES.size());
      for (int i = 0; i < SAMPLES.size(); i++) {
        assertThat(found.get(i)).containsExactly(byHand(model, SAMPLES.get(i)), within(1e-10));
      }
    }
  }

  @Test
  void otherSamplesInABatchChangeNothing() {
    try (LanguageModel together = TinyModels.open("gqa-untied");
        LanguageModel apart = TinyModels.open("gqa-untied", null, 8)) {
      List<double[]> expected = Representations.of(together, SAMPLES);
      List<double[]> found = Representations.of(apart, SAMPLES);
      for (int i = 0; i < SAMPLES.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5));
      }
    }
  }

  @Test
  void noSamplesHaveNone() {
    try (LanguageModel model = TinyModels.open("gqa-untied")) {
      assertThat(Representations.of(model, List.of())).isEmpty();
    }
  }
}
