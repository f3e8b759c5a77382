package io.engram.core.run;

import io.engram.core.EngramException;
import io.engram.core.Rows;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * JSON and JSON Lines. Names are the snake_case of record components, enums lower case; NaN and ∞
 * are written as the texts {@code "NaN"}, {@code "Infinity"}, {@code "-Infinity"}. A file is
 * written under a temporary name and then renamed, so nobody sees it half written.
 */
public final class JsonFiles {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .addModule(new SimpleModule("engram").addSerializer(new LowerCaseEnum()))
          .build();

  private static final JsonMapper TABLES =
      MAPPER.rebuild().disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS).build();

  private JsonFiles() {}

  /** The mapper for everything that is read and written. */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  /** An object or array as JSON on one line. */
  public static String line(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /**
   * The same as DuckDB reads it: NaN and ∞ are words without quotation marks, so that a column with
   * one of them stays a column of numbers.
   */
  public static String tableLine(Object value) {
    return TABLES.writeValueAsString(value);
  }

  /** Writes one indented JSON value, atomically. */
  public static void write(Path file, Object value) {
    writeText(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
  }

  /** Writes one value per line, atomically. */
  public static void writeLines(Path file, Collection<?> values) {
    writeLines(file, taker -> values.forEach(value -> taker.accept(line(value))));
  }

  /**
   * The same as the lines are made.
   *
   * @param lines each a JSON value
   */
  public static void writeLines(Path file, Rows<String> lines) {
    write(
        file,
        to ->
            lines.each(
                line -> {
                  try {
                    to.append(line).append('\n');
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
  }

  /** Writes a text, atomically; creates missing folders. */
  public static void writeText(Path file, String text) {
    write(file, to -> to.append(text));
  }

  /** What a file is to hold, written bit by bit. */
  public interface Content {
    /** Writes it. */
    void writeTo(Writer to) throws IOException;
  }

  /**
   * Writes a text as it is made, atomically; creates missing folders. If making it fails, nothing
   * is left of it.
   */
  public static void write(Path file, Content content) {
    Path whole = file.toAbsolutePath();
    Path folder = whole.getParent();
    Path beside = whole.resolveSibling(whole.getFileName() + ".part");
    boolean done = false;
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
      // What a stranger's folder has in its place may be a link to something else.
      Files.deleteIfExists(beside);
      try (BufferedWriter to = Files.newBufferedWriter(beside, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(to);
      }
      Files.move(
          beside, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      done = true;
    } catch (IOException | UncheckedIOException e) {
      throw EngramException.file(file + " can't be written: " + e.getMessage(), e);
    } finally {
      if (!done) {
        delete(beside);
      }
    }
  }

  private static void delete(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      // The reason why it is unfinished is what the user has to hear.
    }
  }

  /**
   * Reads one JSON value.
   *
   * @throws EngramException of kind FILE if it isn't one, or lacks a field that isn't {@link
   *     Nullable}
   */
  public static <T> T read(Path file, Class<T> type) {
    return parse(readText(file), type, file.toString());
  }

  /**
   * Parses one JSON value.
   *
   * @param where what it is called in messages
   * @throws EngramException as {@link #read}
   */
  public static <T> T parse(String json, Class<T> type, String where) {
    T value;
    try {
      value = MAPPER.readValue(json, type);
    } catch (JacksonException e) {
      throw EngramException.file(where + ": " + reason(e), e);
    }
    if (value == null) {
      throw EngramException.file(where + " has no value, only null");
    }
    String missing = WholeRecord.missing(value);
    if (missing != null) {
      throw EngramException.file(where + " has no " + missing);
    }
    return value;
  }

  /** What is wrong, and in which field; without names of classes. */
  private static String reason(JacksonException fault) {
    Throwable cause = fault.getCause();
    String said =
        cause instanceof NullPointerException
            ? "a field is missing, or null"
            : cause instanceof IllegalArgumentException
                ? String.valueOf(cause.getMessage())
                : fault.getOriginalMessage();
    String field =
        fault.getPath().stream()
            .map(step -> step.getPropertyName() == null ? "[]" : step.getPropertyName())
            .collect(Collectors.joining("."));
    if (said.startsWith("Cannot map `null`")) {
      said = "a value is missing";
    }
    String plain = said.replaceAll("`(?:[a-zA-Z]\\w*\\.)+(\\w+)(?:\\$\\w+)*[^`]*`", "$1");
    return field.isEmpty() ? plain : field + ": " + plain;
  }

  /**
   * Reads one value per line; blank lines are skipped.
   *
   * @throws EngramException as {@link #read}, with the line
   */
  public static <T> List<T> readLines(Path file, Class<T> type) {
    List<T> values = new ArrayList<>();
    int number = 0;
    for (String line : (Iterable<String>) readText(file).lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        values.add(parse(line, type, file + " line " + number));
      }
    }
    return values;
  }

  /**
   * The number that a value holds, also where it isn't finite and therefore written as a text; NaN
   * if it holds none. One too large for a double is infinite.
   */
  public static double number(JsonNode value) {
    if (value.isString()) {
      return switch (value.asString("")) {
        case "Infinity" -> Double.POSITIVE_INFINITY;
        case "-Infinity" -> Double.NEGATIVE_INFINITY;
        default -> Double.NaN;
      };
    }
    // Not doubleValue(), which fails where a whole number is too large.
    return value.isNumber() ? value.numberValue().doubleValue() : Double.NaN;
  }

  public static String readText(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw EngramException.file(file + " does not exist", e);
    } catch (IOException e) {
      throw EngramException.file(file + " can't be read: " + e.getMessage(), e);
    }
  }

  /** Writes {@code GRAD_DIFF} as {@code "grad_diff"}. */
  private static final class LowerCaseEnum extends ValueSerializer<Enum<?>> {
    @Override
    public Class<?> handledType() {
      return Enum.class;
    }

    @Override
    public void serialize(Enum<?> value, JsonGenerator out, SerializationContext context) {
      out.writeString(value.name().toLowerCase(Locale.ROOT));
    }
  }
}
