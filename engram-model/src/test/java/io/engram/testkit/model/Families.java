package io.engram.testkit.model;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tiny models under golden/family, one or more of each family. */
public final class Families {
  private Families() {}

  /** Their names. */
  public static Stream<String> names() {
    return Stream.of(
        "llama3",
        "llama-linear",
        "llama-yarn",
        "mistral",
        "mistral-full",
        "qwen2",
        "qwen2-sliding",
        "qwen3",
        "phi3",
        "phi3-longrope",
        "smollm3",
        "olmo2",
        "gemma2",
        "gemma3",
        "pythia",
        "neox-sequential",
        "gpt2",
        "gpt2-untied",
        "opt",
        "opt-after");
  }

  /** One of them in float32. */
  public static LanguageModel open(String name) {
    return open(name, null, 4096);
  }

  /** One of them. */
  public static LanguageModel open(String name, @Nullable Dtype dtype, int batchTokens) {
    return LanguageModel.open(
        Golden.path("family/" + name).toString(),
        new ModelOptions(Device.CPU, dtype, PromptTemplate.PLAIN, null, 1, batchTokens, false, 42));
  }

  /** What transformers gives. */
  public static JsonNode expected(String name) {
    return Golden.json("family/" + name + "/expected.json");
  }

  /** The sequences, every token but the first labelled. */
  public static List<TokenizedSample> samples(String name) {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode sequence : expected(name).path("sequences")) {
      samples.add(TinyModels.whole("s" + samples.size(), sequence.path("ids")));
    }
    return samples;
  }
}
