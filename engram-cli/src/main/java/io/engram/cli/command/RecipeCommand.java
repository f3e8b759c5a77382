package io.engram.cli.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code engram recipe}: the parent of its two commands. */
@Command(
    name = "recipe",
    description = "Checks a recipe, or explains its keys.",
    subcommands = {RecipeCheckCommand.class, RecipeExplainCommand.class})
final class RecipeCommand implements Runnable {
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
        "give a command: check FILE, or explain [KEY]");
  }
}
