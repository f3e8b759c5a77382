package io.engram.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.Families;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Tiny random models of each family against transformers. */
class FamilyGoldenTest {
  private static final String NAMES = "io.engram.testkit.model.Families#names";

  @ParameterizedTest
  @MethodSource(NAMES)
  void logProbabilitiesEqualThoseOfTransformers(String name) {
    JsonNode sequences = Families.expected(name).path("sequences");
    List<TokenizedSample> samples = Families.samples(name);
    for (int batchTokens : new int[] {4096, 30}) {
      try (LanguageModel model = Families.open(name, null, batchTokens)) {
        List<double[]> scores = new Scorer(model).logProbs(samples, ProgressListener.NONE);
        for (int i = 0; i < samples.size(); i++) {
          double[] expected = Golden.doubles(sequences.get(i).path("log_probs"));
          assertThat(scores.get(i)).containsExactly(expected, within(1e-5));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource(NAMES)
  void greedyContinuationsEqualThoseOfTransformers(String name) {
    JsonNode expected = Families.expected(name);
    List<int[]> prompts = new ArrayList<>();
    for (JsonNode one : expected.path("greedy")) {
      prompts.add(Golden.ints(one.path("prompt")));
    }
    int[] limits = new int[prompts.size()];
    for (int i = 0; i < limits.length; i++) {
      limits[i] = expected.path("max_new_tokens").asInt() - i; // rows leave the batch one by one
    }
    try (LanguageModel model = Families.open(name)) {
      Generator generator = new Generator(model.decoder(), Set.of());
      List<Generation> written = generator.greedy(prompts, limits, ProgressListener.NONE);
      for (int i = 0; i < limits.length; i++) {
        int[] ids = Golden.ints(expected.path("greedy").get(i).path("new_ids"));
        assertThat(written.get(i).ids()).containsExactly(java.util.Arrays.copyOf(ids, limits[i]));
      }
    }
  }

  /** Norm and a weighted sum of each parameter's gradient of the mean of −ℓ_t. */
  @ParameterizedTest
  @MethodSource(NAMES)
  void gradientsEqualThoseOfTransformers(String name) {
    JsonNode expected = Families.expected(name).path("gradients");
    List<TokenizedSample> samples = Families.samples(name);
    TokenizedSample sample = samples.get(samples.size() - 1);
    try (LanguageModel model = Families.open(name);
        PointerScope scope = new PointerScope()) {
      Parameters parameters = model.decoder().parameters();
      assertThat(parameters.names()).containsExactlyInAnyOrderElementsOf(expected.propertyNames());
      parameters.names().forEach(weight -> parameters.get(weight).set_requires_grad(true));
      LabelledBatch batch = LabelledBatch.of(List.of(sample));
      Tensor rows = Tensors.ofInts(batch.rows(), Device.CPU);
      Tensor embedded = model.decoder().embed(batch.batch().ids());
      Tensor hidden = model.decoder().hidden(batch.batch(), embedded, rows);
      Tensor logits = model.decoder().lmHead().logits(hidden);
      torch.cross_entropy_loss(logits, Tensors.ofInts(batch.targets(), Device.CPU)).backward();
      for (String weight : parameters.names()) {
        Tensor gradient = parameters.get(weight).grad().to(ScalarType.Double).view(-1);
        Tensor index =
            torch.arange(new Scalar(gradient.numel()), Tensors.options(ScalarType.Double));
        double[] own = Golden.doubles(expected.path(weight));
        double norm = gradient.norm().item_double();
        assertThat(norm).as(weight).isCloseTo(own[0], within(2e-5 * own[0] + 1e-6));
        assertThat(gradient.mul(index.cos()).sum().item_double())
            .as(weight)
            .isCloseTo(own[1], within(2e-5 * own[0] + 1e-6));
        parameters.get(weight).mutable_grad().reset();
        parameters.get(weight).set_requires_grad(false);
      }
    }
  }
}
