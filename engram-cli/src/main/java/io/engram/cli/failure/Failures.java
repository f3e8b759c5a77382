package io.engram.cli.failure;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into a message on standard error and an exit code. */
public final class Failures {
  private Failures() {}

  /** Makes this command line report every failure here. */
  public static void handle(CommandLine command) {
    command.setParameterExceptionHandler((e, arguments) -> mistyped(e));
    command.setExecutionExceptionHandler((e, at, parsed) -> report(e, at));
    command.setExecutionStrategy(Failures::run);
  }

  /** picocli passes exceptions to its handlers but not errors such as a full heap. */
  private static int run(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      return report(e, last(parsed).commandSpec().commandLine());
    }
  }

  private static int report(Throwable thrown, CommandLine at) {
    Diagnosis diagnosis = Diagnosis.of(thrown);
    PrintWriter err = at.getErr();
    err.println("engram: " + diagnosis.message());
    if (wantsTrace(at.getCommandSpec())) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return diagnosis.exitCode();
  }

  private static int mistyped(ParameterException e) {
    CommandLine at = e.getCommandLine();
    PrintWriter err = at.getErr();
    err.println("engram: " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See " + at.getCommandSpec().qualifiedName() + " --help");
    if (wantsTrace(at.getCommandSpec())) {
      e.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static boolean wantsTrace(CommandSpec command) {
    OptionSpec option = command.findOption("--stacktrace");
    return option != null && Boolean.TRUE.equals(option.getValue());
  }

  private static ParseResult last(ParseResult parsed) {
    ParseResult at = parsed;
    while (at.hasSubcommand()) {
      at = at.subcommand();
    }
    return at;
  }
}
