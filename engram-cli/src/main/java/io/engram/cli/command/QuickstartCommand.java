package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.quickstart.Quickstart;
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
      "The whole way on the built-in model and TOFU: measures how hard each sample of the forget set"
          + " is to forget (MRD), makes the model forget them with NPO, in uniform order and in the"
          + " order of MRD with the same budget, evaluates before and after, and writes a report.",
      "Once stopped, the same command goes on."
    },
    sortOptions = false)
final class QuickstartCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "key=value",
      description =
          "Recipe keys to set otherwise in both runs, such as eval.limit=50 to be quicker")
  private List<String> overrides = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where runs and report go (default: ${DEFAULT-VALUE})")
  private Path out = Path.of("runs", "quickstart");

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    return new Quickstart(out, overrides, common).carryOut();
  }
}
