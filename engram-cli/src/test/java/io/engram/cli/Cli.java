package io.engram.cli;

import io.engram.testkit.Golden;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

/** Runs the command in this process and keeps what it prints. */
public final class Cli {
  /** The project's root. */
  public static final Path ROOT = Golden.repository("");

  /** A Llama of a few thousand random weights, with a tokenizer. */
  public static final Path TINY = Golden.model("with-tokenizer");

  private Cli() {}

  /** What came of a command. */
  public record Ran(int exitCode, String out, String err) {}

  /** Runs {@code engram ARGUMENTS}. */
  public static Ran run(Object... arguments) {
    System.setProperty("engram.home", ROOT.toString());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int exitCode =
        Engram.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words);
    return new Ran(exitCode, out.toString(), err.toString());
  }
}
