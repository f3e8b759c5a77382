package io.engram.core.sample;

import io.engram.core.EngramException;
import io.engram.core.data.SqlFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Samples by the name of where they come from: {@code tofu:SPLIT}, or a file {@code .jsonl}, {@code
 * .json} (one array), {@code .csv}, {@code .tsv} (a header line each), {@code .txt} (one sample a
 * line; blank lines are skipped) or {@code .parquet}, each also {@code .gz}.
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
    List<Sample> samples = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    for (String source : data) {
      for (SampleRows.Row row : rows(source)) {
        add(samples, seen, SampleFields.sample(row, Integer.toString(samples.size())), row);
      }
    }
    return samples;
  }

  /** All samples of a source. */
  public static List<Sample> load(String data) {
    return load(List.of(data));
  }

  /**
   * The samples of a source for which a condition holds.
   *
   * @param whereSql a DuckDB condition over the fields, {@code id} among them: {@code
   *     length(answer) > 40 and id::int < 100}; null: all
   * @param limit the first so many of them; 0 or less: all
   */
  public static List<Sample> load(String data, @Nullable String whereSql, int limit) {
    List<Sample> all = load(data);
    List<Sample> chosen = all;
    if (whereSql != null && !whereSql.isBlank()) {
      List<SampleRows.Row> rows = rows(data);
      for (int i = 0; i < rows.size(); i++) {
        rows.get(i).fields().put("id", all.get(i).id());
      }
      chosen =
          SqlFilter.rows(rows.stream().map(SampleRows.Row::fields).toList(), whereSql).stream()
              .map(all::get)
              .toList();
      if (chosen.isEmpty()) {
        throw EngramException.usage(
            "no sample of %s fulfils --where '%s'".formatted(data, whereSql));
      }
    }
    return limit > 0 && limit < chosen.size() ? chosen.subList(0, limit) : chosen;
  }

  private static List<SampleRows.Row> rows(String data) {
    Path file =
        data.startsWith(Tofu.PREFIX)
            ? Tofu.file(data.substring(Tofu.PREFIX.length()))
            : Path.of(data);
    return SampleRows.read(file, data);
  }

  private static void add(
      List<Sample> samples, Map<String, String> seen, Sample sample, SampleRows.Row row) {
    String before = seen.putIfAbsent(sample.id(), row.where());
    if (before != null) {
      throw EngramException.usage(
          "%s has the id \"%s\", and so has %s; ids must differ"
              .formatted(row.where(), sample.id(), before));
    }
    samples.add(sample);
  }
}
