package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TensorNormsTest {
  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied", "bias"})
  void equalsAutogradOnFullLogits(String name) {
    JsonNode sequences = Golden.json("llama/" + name + "/expected.json").path("sequences");
    TokenizedSample whole = TinyModels.whole("long", sequences.get(8).path("ids"));
    TokenizedSample answer = new TokenizedSample("tail", whole.ids(), 11);
    try (LanguageModel model = TinyModels.open(name)) {
      double[] found = new TensorNorms(model).of(List.of(whole, answer), ProgressListener.NONE);
      assertThat(found[0]).isCloseTo(byAutograd(model, whole), within(1e-5));
      assertThat(found[1]).isCloseTo(byAutograd(model, answer), within(1e-5));
      assertThat(found[0]).isNotCloseTo(found[1], within(1e-3));
    }
  }

  /** As a model's own parameters see it: every tensor's norm, then their mean. */
  private static double byAutograd(LanguageModel model, TokenizedSample sample) {
    Parameters parameters = model.decoder().parameters();
    parameters.names().forEach(name -> parameters.get(name).set_requires_grad(true));
    double sum = 0;
    try (PointerScope scope = new PointerScope()) {
      LabelledBatch batch = LabelledBatch.of(List.of(sample));
      Tensor rows = Tensors.ofInts(batch.rows(), model.decoder().device());
      Tensor embedded = model.decoder().embed(batch.batch().ids());
      Tensor hidden = model.decoder().hidden(batch.batch(), embedded, rows);
      Tensor logits = model.decoder().lmHead().logits(hidden);
      Tensor targets = Tensors.ofInts(batch.targets(), model.decoder().device());
      torch.cross_entropy_loss(logits, targets).backward();
      for (String name : parameters.names()) {
        Tensor gradient = parameters.get(name).grad();
        sum += gradient.to(ScalarType.Double).norm().item_double();
        parameters.get(name).mutable_grad().reset();
      }
    }
    parameters.names().forEach(name -> parameters.get(name).set_requires_grad(false));
    return sum / parameters.names().size();
  }
}
