package io.engram.testkit.model;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tiny models among the golden files, opened. */
public final class TinyModels {
  private TinyModels() {}

  /** A tiny Llama in float32. */
  public static LanguageModel open(String name) {
    return open(name, null, 4096);
  }

  /** A tiny Llama. */
  public static LanguageModel open(String name, @Nullable Dtype dtype, int batchTokens) {
    return open(Golden.model(name), dtype, batchTokens);
  }

  /** The model of a folder. */
  public static LanguageModel open(Path folder, @Nullable Dtype dtype) {
    return open(folder, dtype, 4096);
  }

  /** The model of a folder. */
  public static LanguageModel open(Path folder, @Nullable Dtype dtype, int batchTokens) {
    return LanguageModel.open(
        folder.toString(),
        new ModelOptions(Device.CPU, dtype, PromptTemplate.PLAIN, null, 1, batchTokens, false, 42));
  }

  /** A sequence with every token but the first labelled. */
  public static TokenizedSample whole(String id, JsonNode ids) {
    return new TokenizedSample(id, Golden.ints(ids), 1);
  }
}
