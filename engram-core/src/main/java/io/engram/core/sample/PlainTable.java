package io.engram.core.sample;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/**
 * Reads tables that differ from the usual ones with a header line and quoted cells.
 *
 * @param columns names of the columns, if the first row does not name them all
 * @param quoted whether {@code "} may enclose a cell; otherwise it is an ordinary character
 */
public record PlainTable(List<String> columns, boolean quoted) {
  private static final CsvMapper CSV =
      CsvMapper.builder()
          .enable(CsvReadFeature.SKIP_EMPTY_LINES)
          .enable(CsvReadFeature.WRAP_AS_ARRAY)
          .build();

  /** Copies the names. */
  public PlainTable {
    columns = List.copyOf(columns);
  }

  private record Cells(List<String> cells, String where) {}

  /**
   * All rows of a file, with tabs between cells in {@code .tsv} files, and commas in others.
   *
   * @throws EngramException if it is missing, not UTF-8 or has no rows, or if a row has more or
   *     fewer cells than there are columns
   */
  public List<DataRow> read(Path file) {
    List<Cells> lines = lines(file);
    List<String> names = columns;
    if (!lines.isEmpty()
        && (columns.isEmpty() || new HashSet<>(lines.get(0).cells()).containsAll(columns))) {
      names = lines.remove(0).cells();
    }
    if (lines.isEmpty()) {
      throw EngramException.file(file + " holds no samples");
    }
    List<DataRow> rows = new ArrayList<>();
    for (Cells line : lines) {
      rows.add(row(line, names));
    }
    return rows;
  }

  private List<Cells> lines(Path file) {
    boolean tabs = file.toString().toLowerCase(Locale.ROOT).endsWith(".tsv");
    CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(tabs ? '\t' : ',');
    if (!quoted) {
      schema = schema.withoutQuoteChar();
    }
    String text = TextFile.read(file, file.toString());
    List<Cells> lines = new ArrayList<>();
    try (MappingIterator<String[]> read =
        CSV.readerFor(String[].class).with(schema).readValues(text)) {
      while (read.hasNextValue()) {
        int number = read.currentLocation().getLineNr();
        lines.add(new Cells(Arrays.asList(read.nextValue()), file + " line " + number));
      }
    } catch (JacksonException e) {
      throw EngramException.file(
          "%s line %d: %s".formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()), e);
    }
    return lines;
  }

  private static DataRow row(Cells line, List<String> names) {
    if (line.cells().size() != names.size()) {
      throw EngramException.file(
          "%s has %d cells for the columns %s".formatted(line.where(), line.cells().size(), names));
    }
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < names.size(); i++) {
      fields.put(names.get(i), line.cells().get(i));
    }
    return new DataRow(fields, line.where());
  }
}
