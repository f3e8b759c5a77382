package io.engram.unlearn;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Golden files of this module and the tiny models of engram-model's. */
public final class Golden {
  private static final Path ROOT = Path.of(System.getProperty("engram.root", ".."));

  private Golden() {}

  /** A file or folder of this module's golden/. */
  public static Path path(String name) {
    return ROOT.resolve("engram-unlearn/src/test/resources/golden").resolve(name);
  }

  /** A JSON file of this module's golden/. */
  public static JsonNode json(String name) {
    return JsonMapper.shared().readTree(path(name).toFile());
  }

  /** The folder of a tiny model. */
  public static Path model(String name) {
    return ROOT.resolve("engram-model/src/test/resources/golden/llama").resolve(name);
  }

  /** The folder of a tiny encoder. */
  public static Path encoder(String name) {
    return ROOT.resolve("engram-model/src/test/resources/golden/encoder").resolve(name);
  }

  /** A model folder in this number format. */
  public static LanguageModel open(Path folder, Dtype dtype) {
    return LanguageModel.open(
        folder.toString(),
        new ModelOptions(Device.CPU, dtype, PromptTemplate.PLAIN, null, 1, 4096, false, 42));
  }

  /** Integers of a JSON array. */
  public static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  /** A JSON array of numbers. */
  public static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }
}
