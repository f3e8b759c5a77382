package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.OrdersText;
import io.engram.cli.output.PlansText;
import io.engram.report.Report;
import io.engram.report.compare.OrderPairs;
import io.engram.report.compare.PlanAccuracy;
import io.engram.report.run.RunFolders;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
    description = {
      "Writes an HTML report of one run, or of several runs side by side.",
      "A folder of trials stands for all its finished trials.",
      "Runs with the same seed whose recipes differ only in the order (keys order.*) are "
          + "compared as pairs. The page, the table and --json give the mean difference of each "
          + "metric with a 95 %% interval (Student's t over pairs). A single pair has no "
          + "interval.",
      "With --plans it writes no page: it compares the plan of each run (plan.json, which engram "
          + "forget writes) with what the run took."
    },
    sortOptions = false)
final class ReportCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "RUN",
      description = "Run folders, or folders of trials, in the order to show them")
  private List<Path> runs = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The HTML file (default: report.html in the run folder, or next to the first of several)")
  private @Nullable Path out;

  @Option(
      names = "--plans",
      description =
          "Compare plans with runs instead: how often the interval held the number of updates, its "
              + "error, the order of requests, the loss on samples to keep")
  private boolean plans;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    if (plans) {
      return comparePlans();
    }
    Path file = out == null ? beside(runs) : out;
    List<OrderPairs.Difference> orders = Report.write(runs, file);
    RunFolders.of(runs).leftOut().forEach(common.console()::message);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("report", file.toString());
    json.put("orders", orders);
    String text = OrdersText.of(orders);
    common.console().result(json, text + (text.isEmpty() ? "" : "\n\n") + file);
    return 0;
  }

  private int comparePlans() {
    if (out != null) {
      throw common.mistake("--plans writes no file: leave out --out, or redirect the output");
    }
    PlanAccuracy accuracy = PlanAccuracy.read(runs);
    RunFolders.of(runs).leftOut().forEach(common.console()::message);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("plans", accuracy);
    common.console().result(json, PlansText.of(accuracy));
    return 0;
  }

  private static Path beside(List<Path> runs) {
    Path first = runs.get(0);
    return runs.size() == 1 ? first.resolve("report.html") : first.resolveSibling("report.html");
  }
}
