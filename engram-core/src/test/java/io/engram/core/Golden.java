package io.engram.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Numbers that other programs computed; goldens/README.md tells which. */
public final class Golden {
  private Golden() {}

  /** A file of {@code golden/}. */
  public static JsonNode read(String name) {
    try (InputStream in =
        Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + name))) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A list of numbers. */
  public static double[] doubles(JsonNode list) {
    return list.valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }
}
