package io.engram.testkit;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Golden files: numbers that other programs computed, and the tiny models they come from. {@code
 * goldens/README.md} says which program wrote which file.
 */
public final class Golden {
  private static final Path ROOT = Path.of(System.getProperty("engram.root", ".."));

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
