package io.engram.core.recipe;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.engram.core.sample.SampleSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code forget}, {@code retain} and {@code train}: where samples come from, and what is made of
 * them, in the order of the keys.
 *
 * @param data {@code tofu:SPLIT} or files, joined in this order; empty: absent
 * @param where a DuckDB condition over the fields; null: all samples
 * @param limit the first so many samples of each source; 0: all
 * @param chunkTokens texts are cut into pieces of at most so many tokens; 0: not
 * @param excerptTokens texts become questions: continue their first so many tokens; 0: not
 * @param draw so many samples, drawn uniformly without replacement by the seed; 0: all
 */
public record DataSection(
    List<String> data,
    @Nullable String where,
    int limit,
    int chunkTokens,
    int excerptTokens,
    int draw) {
  /** No data. */
  public static final DataSection NONE = of(List.of());

  /** All of these samples as they are. */
  public static DataSection of(List<String> data) {
    return new DataSection(data, null, 0, 0, 0, 0);
  }

  /** Copies the list. */
  public DataSection {
    data = List.copyOf(data);
  }

  /** Whether the section names nothing. */
  @JsonIgnore
  public boolean isEmpty() {
    return data.isEmpty();
  }

  /**
   * Which samples are read.
   *
   * @param name the section's: {@code forget}
   */
  public SampleSource.Choice choice(String name) {
    return new SampleSource.Choice(where, limit, name + ".where");
  }

  /** What is done to the samples, in words; empty where nothing is. */
  public String changes() {
    return (where == null || where.isBlank() ? "" : ", where " + where)
        + (limit > 0 ? ", the first " + limit + " of each" : "")
        + (chunkTokens > 0 ? ", cut to " + chunkTokens + " tokens" : "")
        + (excerptTokens > 0 ? ", to be continued after " + excerptTokens + " tokens" : "")
        + (draw > 0 ? ", " + draw + " drawn" : "");
  }
}
