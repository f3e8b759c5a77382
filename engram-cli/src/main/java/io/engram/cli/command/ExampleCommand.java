package io.engram.cli.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code engram example}: the parent of the examples. */
@Command(
    name = "example",
    description = "Writes invented data to try Engram with.",
    subcommands = ExamplePiiCommand.class)
final class ExampleCommand implements Runnable {
  @Spec private @Nullable CommandSpec command;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(command, "set by picocli").commandLine(),
        "name an example: engram example pii --out DIR");
  }
}
