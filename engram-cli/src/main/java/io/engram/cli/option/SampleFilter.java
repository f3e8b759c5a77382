package io.engram.cli.option;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.SampleSets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Selects and prepares samples of DATA, like {@code forget} in a recipe. */
public final class SampleFilter {
  @Option(names = "--limit", paramLabel = "N", description = "Only the first N samples")
  private int limit;

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description =
          "Only samples that meet this SQL condition (DuckDB), such as \"length(answer) > 40\"")
  private @Nullable String where;

  @Option(
      names = "--chunk-tokens",
      paramLabel = "N",
      description = "Cut texts into chunks of at most N tokens (chunk_tokens in a recipe)")
  private int chunkTokens;

  @Option(
      names = "--draw-samples",
      paramLabel = "N",
      description = "Use a random subset of N samples, chosen by the seed (draw in a recipe)")
  private int draw;

  /**
   * Samples that were read; texts are cut later, when a model's tokenizer is available.
   *
   * @param read the samples as in their file
   */
  public record Chosen(List<Sample> read, DataSection section) {
    /** These samples, unchanged. */
    public static Chosen of(List<Sample> samples) {
      return new Chosen(samples, DataSection.NONE);
    }

    /** The samples, prepared with this model's tokenizer. */
    public List<Sample> of(LanguageModel model) {
      return SampleSets.shaped(read, section, "forget", model.options().seed(), model.samples());
    }
  }

  /** The selected samples of a source. */
  public Chosen load(String data) {
    requireCount("--limit", limit);
    requireCount("--chunk-tokens", chunkTokens);
    requireCount("--draw-samples", draw);
    DataSection section = new DataSection(List.of(data), where, limit, chunkTokens, 0, draw);
    return new Chosen(
        SampleSource.load(section.data(), new SampleSource.Choice(where, limit, "--where")),
        section);
  }

  private static void requireCount(String option, int value) {
    if (value < 0) {
      throw EngramException.usage(
          "%s %d: must be 1 or more, or 0 for none".formatted(option, value));
    }
  }
}
