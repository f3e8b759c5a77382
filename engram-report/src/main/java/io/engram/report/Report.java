package io.engram.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.WriterOutput;
import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.report.compare.OrderPairs;
import io.engram.report.page.Page;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunReader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Turns run folders into one HTML file: figures, the tables behind them, every sample, and what the
 * runs can't show. The file is self-contained and needs no network.
 */
public final class Report {
  private Report() {}

  /**
   * Reads the runs and writes the page, replacing an existing file.
   *
   * @param runFolders one run, or several to show side by side, in this order; a folder of trials
   *     stands for all its finished trials
   * @param out the HTML file; its folders are created
   * @return comparisons of two orders by pairs of runs with equal seed; empty if no two can be
   *     compared
   * @throws EngramException if no folder is given, one isn't a run folder or is damaged, or the
   *     file can't be written
   */
  public static List<OrderPairs.Difference> write(List<Path> runFolders, Path out) {
    List<RunContents> runs = RunReader.read(runFolders);
    Page page = Page.of(runs);
    JsonFiles.write(out, to -> render(page, to));
    return OrderPairs.of(runs).stream()
        .map(OrderPairs::difference)
        .flatMap(Stream::ofNullable)
        .toList();
  }

  /** Written as it is made: the page of many samples doesn't fit in memory twice. */
  private static void render(Page page, Writer to) {
    TemplateEngine.createPrecompiled(ContentType.Html)
        .render(
            "report.jte",
            Map.of("page", page, "assets", Assets.of(page.figures())),
            new WriterOutput(to));
  }
}
