package io.engram.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.testkit.Golden;
import io.engram.testkit.model.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights under the names of older files, with what these carry along. */
class StoredNamesTest {
  @TempDir Path folder;

  /** A copy of a tiny model whose weights are changed. */
  private void copy(String name, Consumer<Map<String, Tensor>> change) throws IOException {
    Path original = Golden.path("family/" + name);
    Files.copy(original.resolve("config.json"), folder.resolve("config.json"));
    try (SafetensorsFile file = new SafetensorsFile(original.resolve("model.safetensors"));
        PointerScope scope = new PointerScope()) {
      Map<String, Tensor> weights = new LinkedHashMap<>();
      file.shapes().keySet().forEach(weight -> weights.put(weight, file.tensor(weight)));
      change.accept(weights);
      SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, null);
    }
  }

  private static Consumer<Map<String, Tensor>> renamed(String from, String to) {
    return weights -> {
      Map<String, Tensor> old = new TreeMap<>(weights);
      weights.clear();
      old.forEach((name, tensor) -> weights.put(name.replaceFirst(from, to), tensor));
    };
  }

  private static Tensor ones(long... shape) {
    return torch.ones(shape, Tensors.options(ScalarType.Float));
  }

  private LanguageModel open(Path path) {
    return LanguageModel.open(
        path.toString(),
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 1, 4096, false, 42));
  }

  private void assertOpensAs(String name) {
    Path saved = folder.resolve("saved");
    try (LanguageModel model = open(folder)) {
      List<double[]> scores =
          new Scorer(model).logProbs(Families.samples(name), ProgressListener.NONE);
      for (int i = 0; i < scores.size(); i++) {
        double[] expected =
            Golden.doubles(Families.expected(name).path("sequences").get(i).path("log_probs"));
        assertThat(scores.get(i)).containsExactly(expected, within(1e-5));
      }
      model.save(saved);
    }
    assertThat(WeightFiles.names(saved))
        .isEqualTo(WeightFiles.names(Golden.path("family/" + name)));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> open(folder).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, ^transformer\\., ''",
    "opt, ^model\\., ''",
    "neox-sequential, ^gpt_neox\\., ''",
    "pythia, ^embed_out, lm_head",
    "qwen2, ^model\\., ''"
  })
  void otherNamesAreReadAndTheUsualOnesSaved(String name, String from, String to)
      throws IOException {
    copy(name, renamed(from, to));
    assertOpensAs(name);
  }

  /** As the first file of GPT-2 on the hub has them. */
  @Test
  void masksAndFrequenciesAreSkipped() throws IOException {
    copy(
        "gpt2",
        weights -> {
          renamed("^transformer\\.", "").accept(weights);
          weights.put("h.0.attn.bias", ones(1, 1, 64, 64));
          weights.put("h.1.attn.masked_bias", ones());
        });
    assertOpensAs("gpt2");
  }

  @Test
  void pythiasMasksAndFrequenciesAreSkipped() throws IOException {
    copy(
        "pythia",
        weights -> {
          weights.put("gpt_neox.layers.0.attention.bias", ones(1, 1, 64, 64));
          weights.put("gpt_neox.layers.0.attention.masked_bias", ones());
          weights.put("gpt_neox.layers.0.attention.rotary_emb.inv_freq", ones(2));
        });
    assertOpensAs("pythia");
  }

  @Test
  void aTiedHeadMayBeThereIfItIsTheEmbedding() throws IOException {
    copy("gpt2", weights -> weights.put("lm_head.weight", weights.get("transformer.wte.weight")));
    assertOpensAs("gpt2");
  }

  @Test
  void aTiedHeadThatDiffersIsRefused() throws IOException {
    copy("gpt2", weights -> weights.put("lm_head.weight", ones(72, 24)));
    assertRefused(
        "config.json ties the LM head to the embedding, but lm_head.weight differs from"
            + " transformer.wte.weight");
  }

  @ParameterizedTest
  @CsvSource({
    "llama3, model.layers.1.self_attn.q_proj.bias",
    "gpt2, transformer.h.0.crossattention.c_attn.weight",
    "opt, model.decoder.project_in.weight",
    "pythia, gpt_neox.layers.3.attention.dense.weight"
  })
  void aWeightThatNobodyAsksForIsNamed(String name, String stranger) throws IOException {
    copy(
        name,
        weights -> {
          weights.put(stranger, ones(24));
          weights.put("z", ones(1));
        });
    assertRefused("has a weight " + stranger + " and 1 others, which config.json doesn't ask for");
  }

  @Test
  void aMissingWeightIsNamedBeforeStrangers() throws IOException {
    copy("opt", renamed("q_proj.weight", "query.weight"));
    assertRefused(
        "model.safetensors has no weight model.decoder.layers.0.self_attn.q_proj.weight, which"
            + " config.json asks for");
  }

  /** A weight's own name counts before what it might be called otherwise. */
  @Test
  void theUsualNameIsPreferred() {
    WeightFiles.StoredNames names =
        new WeightFiles.StoredNames(
            io.engram.model.decoder.config.WeightNames.LLAMA,
            Set.of("model.norm.weight", "norm.weight", "embed_tokens.weight"));
    assertThat(names.of("model.norm.weight")).isEqualTo("model.norm.weight");
    assertThat(names.of("model.embed_tokens.weight")).isEqualTo("embed_tokens.weight");
    assertThat(names.of("model.layers.0.x.weight")).isEqualTo("model.layers.0.x.weight");
    assertThat(names.head()).isEmpty();
  }
}
