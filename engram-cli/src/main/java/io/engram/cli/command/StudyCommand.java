package io.engram.cli.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code engram study}: the parent of the experiments on scores and measures themselves. */
@Command(
    name = "study",
    description = "Runs experiments on MRD itself, and on measures of knowing.",
    subcommands = {
      StudyDifficultyCommand.class,
      StudyMeasuresCommand.class,
      StudyTheoremCommand.class
    })
final class StudyCommand implements Runnable {
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
        "give a command: difficulty RECIPE.yaml, measures MODEL, or theorem MODEL DATA");
  }
}
