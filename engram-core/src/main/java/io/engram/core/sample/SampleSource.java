package io.engram.core.sample;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.data.DuckDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Samples by the name of where they come from: {@code tofu:SPLIT}, or a file {@code .jsonl}, {@code
 * .json} (one array, or objects one after another), {@code .csv}, {@code .tsv} (a header line
 * each), {@code .txt} (one sample a line; blank lines are skipped) or {@code .parquet}, each also
 * {@code .gz}; or such a file after the word of a data set that is laid out otherwise, {@code
 * pku:FILE}: {@link Layout}.
 *
 * <p>The fields that make a sample are told by {@link SampleFields}. Every fault names file and
 * line.
 */
public final class SampleSource {
  /** What the name of a sample file may end in; {@code .gz} may follow. */
  public static final List<String> ENDINGS =
      List.of(".jsonl", ".json", ".csv", ".tsv", ".txt", ".parquet");

  private SampleSource() {}

  /**
   * All samples of several sources, in this order.
   *
   * @throws EngramException also if two sources share an id: rows without one of their own are
   *     numbered through, from source to source
   */
  public static List<Sample> load(List<String> data) {
    return load(data, Choice.ALL);
  }

  /** All samples of a source. */
  public static List<Sample> load(String data) {
    return load(List.of(data));
  }

  /** The samples of a source that are chosen. */
  public static List<Sample> load(String data, @Nullable String whereSql, int limit) {
    return load(List.of(data), new Choice(whereSql, limit, "--where"));
  }

  /**
   * The samples that are chosen of each of several sources, in this order.
   *
   * @throws EngramException also if none is
   */
  public static List<Sample> load(List<String> data, Choice choice) {
    List<Sample> samples = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    int number = 0;
    for (String source : data) {
      List<DataRow> rows = rows(source, choice.filters() ? 0 : Math.max(0, choice.limit()));
      List<Sample> all = new ArrayList<>();
      for (DataRow row : rows) {
        add(all, seen, SampleFields.sample(row, Integer.toString(number++)), row);
      }
      List<Sample> chosen = choice.filters() ? where(all, rows, choice) : all;
      boolean cut = choice.limit() > 0 && choice.limit() < chosen.size();
      samples.addAll(cut ? chosen.subList(0, choice.limit()) : chosen);
    }
    if (samples.isEmpty() && choice.filters()) {
      throw EngramException.usage(
          "no sample of %s fulfils %s '%s'"
              .formatted(String.join(", ", data), choice.setBy(), choice.where()));
    }
    return samples;
  }

  private static List<Sample> where(List<Sample> all, List<DataRow> rows, Choice choice) {
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).fields().put("id", all.get(i).id());
    }
    return DuckDb.where(
            rows.stream().map(DataRow::fields).toList(),
            Objects.requireNonNull(choice.where()),
            choice.setBy())
        .stream()
        .map(all::get)
        .toList();
  }

  /**
   * The file of a source. After the word of a layout it is looked for in Engram's home too, where
   * it isn't in the working directory: {@code book:data/books/moby-dick.txt}.
   *
   * @throws EngramException if it is a split of TOFU that there isn't
   */
  public static Path file(String source) {
    if (source.startsWith(Tofu.PREFIX)) {
      return Tofu.file(source.substring(Tofu.PREFIX.length()));
    }
    Optional<Layout> layout = Layout.of(source);
    if (layout.isEmpty()) {
      return Path.of(source);
    }
    String path = source.substring(layout.get().prefix().length());
    return Files.exists(Path.of(path))
        ? Path.of(path)
        : EngramHome.find(path).orElse(Path.of(path));
  }

  /** Whether something can be a source by its name; its file need not be there. */
  public static boolean isName(String source) {
    if (source.startsWith(Tofu.PREFIX)) {
      return Tofu.SPLITS.contains(source.substring(Tofu.PREFIX.length()));
    }
    Optional<Layout> layout = Layout.of(source);
    List<String> endings = layout.equals(Optional.of(Layout.BOOK)) ? List.of(".txt") : ENDINGS;
    String unpacked = source.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return endings.stream().anyMatch(unpacked::endsWith);
  }

  /** What sources are called, in words. */
  public static String names() {
    return "tofu:SPLIT with a SPLIT of %s, or a file %s (each also .gz), also after %s"
        .formatted(
            String.join(", ", Tofu.SPLITS),
            String.join(", ", ENDINGS),
            Arrays.stream(Layout.values()).map(Layout::prefix).collect(Collectors.joining(", ")));
  }

  private static List<DataRow> rows(String source, int most) {
    Path file = file(source);
    Optional<Layout> layout = Layout.of(source);
    if (layout.isEmpty()) {
      return DataRow.read(file, source, most);
    }
    if (!Files.exists(file)) {
      throw EngramException.file("%s does not exist. %s".formatted(source, layout.get().origin()));
    }
    List<DataRow> rows = layout.get().rows(file, source, layout.get().keepsRows() ? most : 0);
    if (rows.isEmpty()) {
      throw EngramException.file(source + " holds no sample");
    }
    return rows;
  }

  private static void add(
      List<Sample> samples, Map<String, String> seen, Sample sample, DataRow row) {
    String before = seen.putIfAbsent(sample.id(), row.where());
    if (before != null) {
      throw EngramException.usage(
          "%s has the id \"%s\", and so has %s; ids must differ"
              .formatted(row.where(), sample.id(), before));
    }
    samples.add(sample);
  }

  /**
   * Which samples of each source.
   *
   * @param where a DuckDB condition over the fields, {@code id} among them: {@code length(answer) >
   *     40 and id::int < 100}; null: all
   * @param limit the first so many of them; 0 or less: all
   * @param setBy what the condition is called in messages: {@code --where}, {@code forget.where}
   */
  public record Choice(@Nullable String where, int limit, String setBy) {
    /** All samples. */
    public static final Choice ALL = new Choice(null, 0, "--where");

    boolean filters() {
      return where != null && !where.isBlank();
    }
  }
}
