package io.engram.cli.option;

import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which samples of DATA. */
public final class SampleFilter {
  @Option(names = "--limit", paramLabel = "N", description = "The first N samples only")
  private int limit;

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description =
          "Only samples for which this DuckDB condition holds, such as \"length(answer) > 40\"")
  private @Nullable String where;

  /** The chosen samples of a source. */
  public List<Sample> load(String data) {
    return SampleSource.load(data, where, limit);
  }
}
