package io.engram.unlearn.recipe;

import io.engram.core.sample.SampleSource;
import io.engram.core.settings.Setting;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * {@code forget}, {@code retain} and {@code train}: where samples come from and how they are
 * prepared. The steps run in the order of the keys.
 *
 * @param data {@code tofu:SPLIT} or files, joined in this order; empty if the section is absent
 * @param where a DuckDB condition over the fields; null: all samples
 * @param limit take only the first this many samples of each source; 0: all
 * @param chunkTokens cut texts into chunks of at most this many tokens; 0: don't cut
 * @param excerptTokens turn texts into questions that ask to continue their first this many tokens;
 *     0: don't
 * @param draw take a random subset of this many samples, uniform without replacement, by the seed;
 *     0: all
 */
public record DataSection(
    @Setting(
            kind = Sources.class,
            reason = "Where the samples come from: a built-in data set, a file, or a list of them.")
        List<String> data,
    @Setting(
            unit = "SQL",
            reason =
                "Keeps the samples that meet a DuckDB condition over their fields (and id), such "
                    + "as length(answer) > 40. none: all samples.")
        @Nullable String where,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "samples",
            reason =
                "Takes only the first this many samples of each source, and reads no more of a "
                    + "large file. 0: all.")
        int limit,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "tokens",
            reason =
                "Cuts long texts into chunks of at most this many tokens of the model's "
                    + "tokenizer. Questions with answers stay whole. 0: texts stay whole and "
                    + "must fit the model's context.")
        int chunkTokens,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "tokens",
            reason =
                "Turns each text into a question and an answer: the question asks to continue "
                    + "its first this many tokens, worded as one of Table 2's seen instructions; "
                    + "the answer is the rest. Use it to run po on a book. 0: texts stay texts.")
        int excerptTokens,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "samples",
            reason =
                "Takes a random subset of this many samples, uniform without replacement, by the "
                    + "seed; the last step. 0: all.")
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

  /**
   * Checks that samples can come from a value, or from each of a list. It does not check that a
   * file exists.
   */
  record Sources() implements Setting.ValueKind {
    @Override
    public String text() {
      return SampleSource.names() + ", or a list of them";
    }

    @Override
    public boolean admits(JsonNode value) {
      return value.isArray()
          ? StreamSupport.stream(value.spliterator(), false).allMatch(Sources::isSource)
          : isSource(value);
    }

    private static boolean isSource(JsonNode node) {
      return node.isString() && SampleSource.isName(node.asString());
    }
  }

  /** Whether the section names nothing. */
  public boolean isEmpty() {
    return data.isEmpty();
  }

  /**
   * Which samples to read.
   *
   * @param name the section's name, such as {@code forget}
   */
  public SampleSource.Choice choice(String name) {
    return new SampleSource.Choice(where, limit, name + ".where");
  }

  /** Describes how the samples are prepared; empty if they are used as they are. */
  public String changes() {
    return (where == null || where.isBlank() ? "" : ", where " + where)
        + (limit > 0 ? ", the first " + limit + " of each" : "")
        + (chunkTokens > 0 ? ", cut to " + chunkTokens + " tokens" : "")
        + (excerptTokens > 0 ? ", to continue after " + excerptTokens + " tokens" : "")
        + (draw > 0 ? ", " + draw + " drawn" : "");
  }
}
