package io.engram.cli.command;

import io.engram.core.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code engram} without a command shows the help. */
@Command(
    name = "engram",
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Finds out how hard each sample is for a language model to forget, makes the model forget"
            + " it, and shows what was forgotten and what was kept.",
    versionProvider = EngramCommand.EngramVersion.class,
    footer = {
      "",
      "Start with: engram quickstart. For one command's help: engram help COMMAND",
      "",
      "MODEL is a Hugging Face folder, a .gguf file, a PEFT adapter folder, a run folder (the "
          + "model that the run produced), hf:ORG/NAME after engram fetch, or mini, the built-in "
          + "model.",
      "DATA is tofu:SPLIT (such as tofu:forget10), or a file of samples:",
      ".jsonl, .json, .csv, .tsv, .txt or .parquet, also .gz.",
      "",
      "Exit codes: 0 done, 2 a mistake in the command or recipe, 3 a missing or damaged file, 4 "
          + "out of memory or disk, 70 a bug, 130 stopped with Ctrl-C."
    })
final class EngramCommand implements Runnable {
  @Spec private @Nullable CommandSpec command;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show version and commit")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean version;

  @Override
  public void run() {
    if (command != null) {
      command.commandLine().usage(command.commandLine().getOut());
    }
  }

  /** The output of {@code engram --version}. */
  static final class EngramVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"engram " + Version.code()};
    }
  }
}
