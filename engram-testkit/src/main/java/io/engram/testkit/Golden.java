package io.engram.testkit;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Golden files: numbers that other programs computed, and the tiny models they come from. {@code
 * goldens/README.md} says which program wrote which file.
 */
public final class Golden {
  private static final Path ROOT = Path.of(System.getProperty("engram.root", ".."));

  private static final int TINY_VOCABULARY = 320;

  private Golden() {}

  /** A file or folder of the repository, by its path from the root. */
  public static Path repository(String path) {
    return ROOT.resolve(path);
  }

  /** A file or folder under {@code golden/} in the resources of the module under test. */
  public static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Golden.class.getResource("/golden/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A JSON file under {@code golden/} in the resources of the module under test. */
  public static JsonNode json(String name) {
    return JsonMapper.shared().readTree(path(name).toFile());
  }

  /** The folder of a tiny Llama; {@code with-tokenizer} is the one that reads text. */
  public static Path model(String name) {
    return repository("engram-model/src/test/resources/golden/llama").resolve(name);
  }

  /**
   * Copies the tiny Llama that reads text, so that every other token ends what it writes: the plain
   * one has learned no end and writes as much as it may.
   *
   * @param folder where the model's folder is made
   */
  public static Path briefModel(Path folder) throws IOException {
    Path from = model("with-tokenizer");
    Path to = Files.createDirectory(folder.resolve("brief"));
    for (String file :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(from.resolve(file), to.resolve(file));
    }
    String ends =
        IntStream.range(0, TINY_VOCABULARY / 2)
            .mapToObj(i -> Integer.toString(2 * i))
            .collect(Collectors.joining(","));
    Files.writeString(to.resolve("generation_config.json"), "{\"eos_token_id\": [" + ends + "]}");
    return to;
  }

  /** The folder of a tiny encoder. */
  public static Path encoder(String name) {
    return repository("engram-model/src/test/resources/golden/encoder").resolve(name);
  }

  /** The integers of a JSON array. */
  public static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  /** The numbers of a JSON array. */
  public static double[] doubles(JsonNode array) {
    return array.valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }
}
