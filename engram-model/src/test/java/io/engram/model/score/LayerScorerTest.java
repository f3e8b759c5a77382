package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.metric.LayerErasure;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.score.LayerScorer.Asked;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Against hooks on transformers' layers. */
class LayerScorerTest {
  private static final Offset<Double> EXACT = within(2e-5);
  private static final JsonNode GOLDEN = Golden.json("layers.json").path("sequences");

  private static List<Asked> asked() {
    List<Asked> asked = new ArrayList<>();
    for (JsonNode row : GOLDEN) {
      boolean[] chosen = new boolean[row.path("chosen").size()];
      for (int t = 0; t < chosen.length; t++) {
        chosen[t] = row.path("chosen").get(t).asBoolean();
      }
      TokenizedSample sample =
          new TokenizedSample("s", Golden.ints(row.path("ids")), row.path("label_start").asInt());
      asked.add(new Asked(sample, chosen));
    }
    return asked;
  }

  /** The tiny model with scale · cos(i + phase) added to each weight. */
  private static LanguageModel changed(double scale, double phase) {
    LanguageModel model = TinyModels.open("mha");
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (String name : parameters.names()) {
        Tensor weight = parameters.get(name);
        double[] added =
            IntStream.range(0, (int) weight.numel())
                .mapToDouble(i -> scale * Math.cos(i + phase))
                .toArray();
        weight.add_(
            Tensors.ofDoubles(added, Device.CPU)
                .to(weight.scalar_type())
                .view(Tensors.shape(weight)));
      }
    }
    return model;
  }

  private static void assertGolden(String key, List<double[]> found) {
    for (int i = 0; i < found.size(); i++) {
      double[] expected = Golden.doubles(GOLDEN.get(i).path(key));
      assertThat(found.get(i)).as(key + i).hasSize(3).containsExactly(expected, EXACT);
    }
  }

  @Test
  void agreesWithTransformers() {
    try (LanguageModel original = TinyModels.open("mha");
        LanguageModel unlearned = changed(0.1, 1);
        LanguageModel retrained = changed(0.2, 2)) {
      LayerScorer scorer = new LayerScorer(original);
      List<List<double[]>> lens = new ArrayList<>();
      List<List<double[]>> patched = new ArrayList<>();
      for (LanguageModel model : List.of(original, retrained, unlearned)) {
        lens.add(scorer.lens(model, asked(), ProgressListener.NONE));
        patched.add(scorer.patched(model, asked(), ProgressListener.NONE));
      }
      List<String> names = List.of("original", "retrained", "unlearned");
      for (int m = 0; m < 3; m++) {
        assertGolden("lens_" + names.get(m), lens.get(m));
        assertGolden("patched_" + names.get(m), patched.get(m));
      }
      for (int i = 0; i < GOLDEN.size(); i++) {
        assertErased(GOLDEN.get(i).path("erased_lens"), lens, i);
        assertErased(GOLDEN.get(i).path("erased_patched"), patched, i);
      }
    }
  }

  private static void assertErased(JsonNode expected, List<List<double[]>> curves, int i) {
    double[] original = curves.get(0).get(i);
    double score =
        LayerErasure.of(lost(original, curves.get(1).get(i)), lost(original, curves.get(2).get(i)));
    assertThat(score).isCloseTo(expected.asDouble(), within(1e-4));
  }

  private static double[] lost(double[] original, double[] other) {
    return IntStream.range(0, original.length).mapToDouble(l -> original[l] - other[l]).toArray();
  }

  @Test
  void modelsOfAnotherShapeAreRefused() {
    try (LanguageModel original = TinyModels.open("mha");
        LanguageModel other = TinyModels.open("gqa-tied")) {
      assertThatThrownBy(
              () -> new LayerScorer(original).lens(other, asked(), ProgressListener.NONE))
          .hasMessageContaining("as many layers of the same width");
    }
  }
}
