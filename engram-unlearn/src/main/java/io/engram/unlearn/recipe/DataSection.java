package io.engram.unlearn.recipe;

import io.engram.core.sample.SampleSource;
import io.engram.core.settings.Setting;
import io.engram.core.settings.ValueKind;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

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
    @Setting(kind = Sources.class, reason = "Where the samples come from.") List<String> data,
    @Setting(
            unit = "SQL",
            reason =
                "A DuckDB condition over the fields, id among them: length(answer) > 40. none: all"
                    + " samples.")
        @Nullable String where,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "samples",
            reason =
                "The first so many samples of each source; of large files no more is read. 0: all.")
        int limit,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "tokens",
            reason =
                "Texts are cut into pieces of at most so many tokens, as the model's tokenizer"
                    + " counts them; questions with answers stay whole. 0: texts stay whole, and"
                    + " must fit the model's context.")
        int chunkTokens,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "tokens",
            reason =
                "Each text becomes a question with an answer: to continue its first so many tokens,"
                    + " in the words of one of Table 2's seen instructions, with the rest of it."
                    + " What po needs of a book. 0: texts stay texts.")
        int excerptTokens,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "samples",
            reason =
                "So many samples of all, drawn uniformly without replacement by the seed, after all"
                    + " else was done. 0: all.")
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

  /** What samples can come from, or a list of it. Whether the file is there isn't asked. */
  record Sources() implements ValueKind {
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
