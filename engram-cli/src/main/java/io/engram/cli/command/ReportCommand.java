package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.report.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram report}. */
@Command(
    name = "report",
    description = "One HTML file of one run, or of several side by side.",
    sortOptions = false)
final class ReportCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders, in the order shown")
  private List<Path> runs = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The HTML file (default: report.html in the run folder, beside the first of several)")
  private @Nullable Path out;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    Path file = out == null ? beside(runs) : out;
    Report.write(runs, file);
    common.console().result(Map.of("report", file.toString()), file.toString());
    return 0;
  }

  private static Path beside(List<Path> runs) {
    Path first = runs.get(0);
    return runs.size() == 1 ? first.resolve("report.html") : first.resolveSibling("report.html");
  }
}
