package io.engram.core.paper;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The paper's own numbers, kept as data beside this class. */
public final class PaperData {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private PaperData() {}

  /**
   * What is kept under a name, {@code table1}.
   *
   * @param type a record with its keys
   */
  public static <T> T read(String name, Class<T> type) {
    try (InputStream in = PaperData.class.getResourceAsStream(name + ".yaml")) {
      return YAML.readValue(Objects.requireNonNull(in, name), type);
    } catch (IOException e) {
      throw EngramException.file("the paper's " + name + " can't be read: " + e.getMessage(), e);
    }
  }
}
