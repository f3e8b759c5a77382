package io.engram.core.sample;

import io.engram.core.EngramException;
import io.engram.core.data.DuckDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/**
 * A row of a data file of any format.
 *
 * @param fields the row's values by name
 * @param where "FILE line 12", for messages
 */
public record DataRow(ObjectNode fields, String where) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final CsvMapper CSV =
      CsvMapper.builder().enable(CsvReadFeature.SKIP_EMPTY_LINES).build();

  /**
   * Checks that the texts are Unicode: JSON can write half of a surrogate pair, which no tokenizer
   * reads.
   *
   * @throws EngramException of kind FILE if one isn't, naming its field
   */
  public DataRow {
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      if (hasHalfPair(field.getValue())) {
        throw EngramException.file(
            "%s: %s holds half of a surrogate pair (\\ud800 to \\udfff alone), which is not a character"
                .formatted(where, field.getKey()));
      }
    }
  }

  private static boolean hasHalfPair(JsonNode value) {
    return value.isString()
        ? value.asString().codePoints().anyMatch(DataRow::isHalf)
        : value.valueStream().anyMatch(DataRow::hasHalfPair);
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /**
   * All rows of a file, in its order.
   *
   * @throws EngramException if the file is missing, empty, not UTF-8 or not in the format of its
   *     file extension
   */
  public static List<DataRow> read(Path file) {
    return read(file, file.toString());
  }

  /** A whole file as text, with its line ends unchanged. */
  public static String text(Path file) {
    return TextFile.read(file, file.toString());
  }

  /**
   * The prompts of a file, in its order: the field {@code prompt}, a text or an object with a text.
   *
   * @param limit read only the first this many; 0: all
   * @throws EngramException if the file can't be read, or a row has no prompt; the message names
   *     its fields
   */
  public static List<String> prompts(Path file, int limit) {
    return read(file, file.toString(), Math.max(0, limit)).stream().map(DataRow::prompt).toList();
  }

  private static String prompt(DataRow row) {
    JsonNode prompt = row.fields().path("prompt");
    JsonNode text = prompt.isObject() ? prompt.path("text") : prompt;
    if (!text.isString()) {
      throw EngramException.usage(
          "%s has the fields %s; it needs a field prompt: a text, or an object with a text"
              .formatted(row.where(), row.fields().propertyNames()));
    }
    return text.asString();
  }

  /** All rows, in the file's order. */
  static List<DataRow> read(Path file, String name) {
    return read(file, name, 0);
  }

  /**
   * The rows, in the file's order.
   *
   * @param most read only the first this many; 0: all. The rest of a compressed or large file of
   *     lines is not read
   * @param name the file's name in messages
   * @throws EngramException if the file is missing, empty, not UTF-8 or not in its format
   */
  static List<DataRow> read(Path file, String name, int most) {
    List<DataRow> rows = new ArrayList<>();
    forEach(file, name, most, rows::add);
    return rows;
  }

  /**
   * Hands on the rows, in the file's order. A file of lines is read as it goes, so that only what
   * is made of a row stays in memory.
   *
   * @throws EngramException as {@link #read(Path, String, int)}, after the rows before
   */
  static void forEach(Path file, String name, int most, Consumer<DataRow> each) {
    String ending = file.toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    ending = ending.substring(Math.max(0, ending.lastIndexOf('.')));
    switch (ending) {
      case ".jsonl" ->
          TextFile.lines(
              file, name, most, (number, line) -> each.accept(json(line, at(name, number))));
      case ".txt" ->
          TextFile.lines(
              file, name, most, (number, line) -> each.accept(text(line, at(name, number))));
      case ".json" -> first(json(file, name, most), name, most, each);
      case ".csv" -> first(table(TextFile.read(file, name), name, ','), name, most, each);
      case ".tsv" -> first(table(TextFile.read(file, name), name, '\t'), name, most, each);
      case ".parquet" -> first(parquet(file, name, most), name, most, each);
      default ->
          throw EngramException.usage(
              ("%s is neither tofu:SPLIT nor a file with one of the endings %s (optionally"
                      + " followed by .gz)")
                  .formatted(name, SampleSource.ENDINGS));
    }
  }

  private static void first(List<DataRow> rows, String name, int most, Consumer<DataRow> each) {
    if (rows.isEmpty()) {
      throw EngramException.file(name + " holds no samples");
    }
    (most > 0 && most < rows.size() ? rows.subList(0, most) : rows).forEach(each);
  }

  private static String at(String name, int line) {
    return name + " line " + line;
  }

  private static DataRow json(String line, String where) {
    try {
      return row(JSON.readTree(line), where);
    } catch (UnexpectedEndOfInputException e) {
      throw EngramException.file(
          where
              + " is not JSON: it ends before its value does. A .jsonl file has a whole object on each line; if the file is JSON over several lines, name it .json",
          e);
    } catch (JacksonException e) {
      throw EngramException.file(where + " is not JSON: " + reason(e), e);
    }
  }

  /** What the parser says, without the place in its own source. */
  private static String reason(JacksonException fault) {
    return fault.getOriginalMessage().replaceAll("(?s)\\s*\\(start marker at \\[.*?\\]\\)", "");
  }

  private static DataRow text(String line, String where) {
    return new DataRow(JSON.createObjectNode().put("text", line), where);
  }

  /**
   * Reads one array of objects, or objects one after another as in the files of TOFU and C4; a text
   * in an array is a row with the field {@code text}, as in the files of MUSE. With one object per
   * line, reading the first lines is enough to get the first rows.
   */
  private static List<DataRow> json(Path file, String name, int most) {
    String first = most > 0 ? TextFile.read(file, name, most) : "";
    boolean lines = first.lines().filter(line -> !line.isBlank()).allMatch(DataRow::isObject);
    return objects(JSON.reader(), most > 0 && lines ? first : TextFile.read(file, name), name);
  }

  private static boolean isObject(String line) {
    return line.strip().startsWith("{") && line.strip().endsWith("}");
  }

  private static List<DataRow> table(String text, String name, char separator) {
    CsvSchema header = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
    return objects(CSV.readerFor(ObjectNode.class).with(header), text, name);
  }

  private static List<DataRow> objects(ObjectReader format, String text, String name) {
    // All rows come from one parser, so each row may be followed by more input.
    ObjectReader reader = format.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    List<DataRow> rows = new ArrayList<>();
    int line = 1;
    try (JsonParser parser = reader.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        line = parser.currentLocation().getLineNr();
        if (token == JsonToken.VALUE_STRING && parser.streamReadContext().inArray()) {
          rows.add(text(parser.getString(), at(name, line)));
        } else if (token != JsonToken.START_ARRAY && token != JsonToken.END_ARRAY) {
          rows.add(row(reader.readTree(parser), at(name, line)));
        }
      }
    } catch (JacksonException e) {
      int at = e.getLocation() == null ? line : e.getLocation().getLineNr();
      throw EngramException.file(name + " line " + at + ": " + reason(e), e);
    }
    return rows;
  }

  private static List<DataRow> parquet(Path file, String name, int most) {
    List<DataRow> rows = new ArrayList<>();
    List<ObjectNode> read =
        TextFile.unpacked(
            file,
            name,
            whole -> DuckDb.parquet(whole, most, TextFile.mostUnpacked(size(whole, name))));
    for (ObjectNode fields : read) {
      rows.add(new DataRow(fields, name + " row " + rows.size()));
    }
    return rows;
  }

  private static long size(Path file, String name) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw EngramException.file(name + " can't be read: " + e.getMessage(), e);
    }
  }

  private static DataRow row(JsonNode node, String where) {
    if (node instanceof ObjectNode fields) {
      return new DataRow(fields, where);
    }
    throw EngramException.file(where + " is " + node + ", not an object with named fields");
  }
}
