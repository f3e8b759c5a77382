package io.engram.model;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.TrainingScope;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Golden files and the tiny models in them. */
public final class Golden {
  private Golden() {}

  /** A file or folder under golden/. */
  public static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Golden.class.getResource("/golden/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A JSON file under golden/. */
  public static JsonNode json(String name) {
    return JsonMapper.shared().readTree(path(name).toFile());
  }

  /** A tiny model, in float32. */
  public static LanguageModel open(String name) {
    return open(name, null, 4096);
  }

  /** A tiny model. */
  public static LanguageModel open(String name, @Nullable Dtype dtype, int batchTokens) {
    return openAt("llama/" + name, dtype, batchTokens);
  }

  /** A tiny model of a folder under golden/. */
  public static LanguageModel openAt(String folder, @Nullable Dtype dtype, int batchTokens) {
    return LanguageModel.open(
        path(folder).toString(),
        new ModelOptions(Device.CPU, dtype, PromptTemplate.PLAIN, null, 1, batchTokens, false, 42));
  }

  /** Integers of a JSON array. */
  public static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  /** Numbers of a JSON array. */
  public static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  /** A sequence with every token but the first labelled. */
  public static TokenizedSample whole(String id, JsonNode ids) {
    return new TokenizedSample(id, ints(ids), 1);
  }

  /** All weights. */
  public static TrainingScope allWeights() {
    return TrainingScope.all();
  }

  /** AdamW with weight decay and clipping. */
  public static OptimizerSettings adamw() {
    return new OptimizerSettings(
        OptimizerSettings.Algorithm.ADAMW,
        1e-2,
        0.01,
        0.9,
        0.999,
        1e-8,
        0,
        1.0,
        OptimizerSettings.Decay.ALL,
        OptimizerSettings.Schedule.LINEAR,
        1);
  }

  /** Plain gradient descent: neither momentum nor decay nor clipping. */
  public static OptimizerSettings sgd() {
    return new OptimizerSettings(
        OptimizerSettings.Algorithm.SGD,
        0.25,
        0,
        0.9,
        0.999,
        1e-8,
        0,
        0,
        OptimizerSettings.Decay.ALL,
        OptimizerSettings.Schedule.CONSTANT,
        0);
  }
}
