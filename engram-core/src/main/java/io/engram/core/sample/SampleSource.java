package io.engram.core.sample;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.data.Condition;
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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples from a named source: {@code tofu:SPLIT}, or a file {@code .jsonl}, {@code .json}
 * (one array, or objects one after another), {@code .csv}, {@code .tsv} (each with a header line),
 * {@code .txt} (one sample per line; blank lines are skipped) or {@code .parquet}, each optionally
 * followed by {@code .gz}. A prefix selects the layout of a particular data set, as in {@code
 * pku:FILE}: see {@link Layout}.
 *
 * <p>{@link SampleFields} says which fields make a sample. Every error names file and line.
 */
public final class SampleSource {
  /** The endings of sample files; {@code .gz} may follow. */
  public static final List<String> ENDINGS =
      List.of(".jsonl", ".json", ".csv", ".tsv", ".txt", ".parquet");

  private SampleSource() {}

  /**
   * All samples of several sources, in this order.
   *
   * @throws EngramException also if two sources share an id; rows without an id are numbered
   *     consecutively across all sources
   */
  public static List<Sample> load(List<String> data) {
    return load(data, Choice.ALL);
  }

  /** All samples of a source. */
  public static List<Sample> load(String data) {
    return load(List.of(data));
  }

  /** The selected samples of a source. */
  public static List<Sample> load(String data, @Nullable String whereSql, int limit) {
    return load(List.of(data), new Choice(whereSql, limit, "--where"));
  }

  /**
   * The selected samples of each of several sources, in this order.
   *
   * @throws EngramException also if none is selected
   */
  public static List<Sample> load(List<String> data, Choice choice) {
    List<Sample> samples = new ArrayList<>();
    loadEach(data, choice).forEach(samples::addAll);
    return samples;
  }

  /**
   * The same, apart by source; some may be empty.
   *
   * @throws EngramException also if none is selected
   */
  public static List<List<Sample>> loadEach(List<String> data, Choice choice) {
    List<List<Sample>> bySource = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    for (String source : data) {
      List<Sample> chosen =
          choice.filters() ? meeting(source, seen, choice) : first(source, seen, choice.limit());
      boolean cut = choice.limit() > 0 && choice.limit() < chosen.size();
      bySource.add(cut ? chosen.subList(0, choice.limit()) : chosen);
    }
    if (choice.filters() && bySource.stream().allMatch(List::isEmpty)) {
      throw EngramException.usage(
          "no sample of %s meets %s '%s'"
              .formatted(String.join(", ", data), choice.setBy(), choice.where()));
    }
    return bySource;
  }

  private static List<Sample> first(String source, Map<String, String> seen, int limit) {
    List<Sample> all = new ArrayList<>();
    forEachRow(source, Math.max(0, limit), row -> all.add(sample(row, seen)));
    return all;
  }

  private static List<Sample> meeting(String source, Map<String, String> seen, Choice choice) {
    List<Sample> all = new ArrayList<>();
    try (Condition condition =
        new Condition(Objects.requireNonNull(choice.where()), choice.setBy())) {
      forEachRow(
          source,
          0,
          row -> {
            Sample sample = sample(row, seen);
            all.add(sample);
            condition.add(row.fields().put("id", sample.id()));
          });
      return condition.rows().stream().map(all::get).toList();
    }
  }

  /**
   * The file of a source. After a layout's prefix, a file that is not in the working directory is
   * also looked up in Engram's home: {@code book:data/books/moby-dick.txt}.
   *
   * @throws EngramException if it names an unknown split of TOFU
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

  /** Whether a text can name a source; its file need not exist. */
  public static boolean isName(String source) {
    if (source.startsWith(Tofu.PREFIX)) {
      return Tofu.SPLITS.contains(source.substring(Tofu.PREFIX.length()));
    }
    Optional<Layout> layout = Layout.of(source);
    List<String> endings = layout.equals(Optional.of(Layout.BOOK)) ? List.of(".txt") : ENDINGS;
    String unpacked = source.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return endings.stream().anyMatch(unpacked::endsWith);
  }

  /** Describes the valid names of sources. */
  public static String names() {
    return "tofu:SPLIT with a SPLIT of %s, or a file %s (each also .gz), also after %s"
        .formatted(
            String.join(", ", Tofu.SPLITS),
            String.join(", ", ENDINGS),
            Arrays.stream(Layout.values()).map(Layout::prefix).collect(Collectors.joining(", ")));
  }

  private static void forEachRow(String source, int most, Consumer<DataRow> each) {
    Path file = file(source);
    Optional<Layout> layout = Layout.of(source);
    if (layout.isEmpty()) {
      DataRow.forEach(file, source, most, each);
      return;
    }
    if (!Files.exists(file)) {
      throw EngramException.file("%s does not exist. %s".formatted(source, layout.get().origin()));
    }
    List<DataRow> rows = layout.get().rows(file, source, layout.get().keepsRows() ? most : 0);
    if (rows.isEmpty()) {
      throw EngramException.file(source + " holds no samples");
    }
    rows.forEach(each);
  }

  /** The sample of a row; without an id its number among all so far is one. */
  private static Sample sample(DataRow row, Map<String, String> seen) {
    Sample sample = SampleFields.sample(row, Integer.toString(seen.size()));
    String before = seen.putIfAbsent(sample.id(), row.where());
    if (before != null) {
      throw EngramException.usage(
          "%s has the id \"%s\", which %s has too; ids must differ"
              .formatted(row.where(), sample.id(), before));
    }
    return sample;
  }

  /**
   * Selects samples from each source.
   *
   * @param where a DuckDB condition over the fields, {@code id} among them: {@code length(answer) >
   *     40 and id::int < 100}; null: all
   * @param limit keep only the first this many of them; 0 or less: all
   * @param setBy the name of the condition in messages: {@code --where}, {@code forget.where}
   */
  public record Choice(@Nullable String where, int limit, String setBy) {
    /** All samples. */
    public static final Choice ALL = new Choice(null, 0, "--where");

    boolean filters() {
      return where != null && !where.isBlank();
    }
  }
}
