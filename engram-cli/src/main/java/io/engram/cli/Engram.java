package io.engram.cli;

import io.engram.cli.command.Commands;
import io.engram.cli.progress.Interruption;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Entry point of the {@code engram} command. */
public final class Engram {
  private Engram() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Interruption.install();
    PrintWriter out = utf8(FileDescriptor.out);
    PrintWriter err = utf8(FileDescriptor.err);
    int exitCode = prepared(Commands.of(arguments)).setOut(out).setErr(err).execute(arguments);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /** The command with all its subcommands. */
  public static CommandLine commandLine() {
    return prepared(Commands.all());
  }

  private static CommandLine prepared(CommandLine command) {
    command.setCaseInsensitiveEnumValuesAllowed(true);
    Failures.handle(command);
    return command;
  }

  /** JSON is UTF-8 whatever the locale. */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }
}
