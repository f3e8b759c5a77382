package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.run.Quickstart;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram quickstart}. */
@Command(
    name = "quickstart",
    description = {
      "Runs the whole workflow on the built-in model and TOFU, up to a report. Start here.",
      "Measures how hard each sample of the forget set is to forget (MRD), makes the model "
          + "forget them, once in uniform order and once in MRD order, evaluates before and after, "
          + "and writes a report beside a model that never saw them.",
      "If it is stopped, run the same command to continue."
    },
    sortOptions = false)
final class QuickstartCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "key=value",
      description = "Recipe keys to change in both runs; eval.limit=20 makes it faster")
  private List<String> overrides = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the runs and the report (default: ${DEFAULT-VALUE})")
  private Path out = Path.of("runs", "quickstart");

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    return new Quickstart(out, overrides, common).carryOut();
  }
}
