package io.engram.cli;

import io.engram.cli.progress.Interruption;
import io.engram.core.EngramException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into a message on standard error and an exit code. */
final class Failures {
  private static final Pattern CHOICE =
      Pattern.compile("expected one of \\[(.*?)\\] \\(case-insensitive\\) but was '(.*)'$");

  private Failures() {}

  /** Makes this command line report every failure here. */
  static void handle(CommandLine command) {
    command.setParameterExceptionHandler((e, arguments) -> mistyped(e));
    command.setExecutionExceptionHandler((e, at, parsed) -> report(e, at));
    command.setExecutionStrategy(Failures::run);
  }

  /** picocli passes exceptions to its handlers, but not errors such as a full heap. */
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
    err.println("engram: " + plain(String.valueOf(e.getMessage())));
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See " + at.getCommandSpec().qualifiedName() + " --help");
    if (wantsTrace(at.getCommandSpec())) {
      e.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** picocli's words for values of the wrong type, without the names of Java's types. */
  static String plain(String message) {
    Matcher choice = CHOICE.matcher(message);
    if (choice.find()) {
      return message.substring(0, choice.start())
          + "must be one of %s, not '%s'"
              .formatted(choice.group(1).toLowerCase(Locale.ROOT), choice.group(2));
    }
    return message
        .replaceFirst(" is not an? (?:float|double)$", " is not a number")
        .replaceFirst(" is not an? (?:byte|short|int|long)$", " is not a whole number");
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

  /**
   * The message for an exception, and the exit code: 2 a user's mistake, 3 a missing or damaged
   * file, 4 out of memory or disk, 70 a bug, 130 stopped with Ctrl-C.
   *
   * @param exitCode of the process
   * @param message one to three lines
   */
  record Diagnosis(int exitCode, String message) {
    /** Exit code of a bug, as in sysexits.h. */
    static final int BUG = 70;

    private static final int RESOURCES = 4;
    private static final int LONGEST_LINE = 200;

    /** How the operating system and libtorch report that memory or disk is used up. */
    private static final List<String> DISK_FULL =
        List.of("no space left on device", "disk quota exceeded", "not enough space");

    private static final List<String> MEMORY_FULL =
        List.of(
            "can't allocate memory",
            "bad_alloc",
            "out of memory",
            "cannot allocate memory",
            "alloc_failed");

    /** The diagnosis of anything that a command throws. */
    static Diagnosis of(Throwable thrown) {
      if (thrown instanceof Interruption.Stopped) {
        return new Diagnosis(Interruption.EXIT_CODE, "stopped; nothing was written");
      }
      if (says(thrown, DISK_FULL)) {
        String more =
            thrown instanceof EngramException mistake
                ? String.valueOf(mistake.getMessage())
                    .lines()
                    .skip(1)
                    .collect(Collectors.joining("\n", "\n", ""))
                : "";
        return new Diagnosis(
            RESOURCES,
            "the disk is full: "
                + line(thrown)
                + (more.isBlank() ? "\nFree some space and try again." : more));
      }
      if (thrown instanceof EngramException mistake) {
        return new Diagnosis(mistake.exitCode(), String.valueOf(mistake.getMessage()));
      }
      if (thrown instanceof OutOfMemoryError) {
        return new Diagnosis(
            RESOURCES,
            "out of Java memory: "
                + line(thrown)
                + "\n"
                + "Give Java more with ENGRAM_JAVA_OPTS=-Xmx8g, or use fewer samples (--limit).");
      }
      if (says(thrown, MEMORY_FULL)) {
        return new Diagnosis(
            RESOURCES,
            "out of memory: "
                + line(thrown)
                + "\nTry a smaller --batch-tokens, --dtype bfloat16, or a smaller model.");
      }
      return new Diagnosis(
          BUG,
          "internal error: "
              + line(thrown)
              + "\nThis is a bug; please report it with what --stacktrace prints.");
    }

    private static boolean says(Throwable thrown, List<String> phrases) {
      return causes(thrown)
          .map(cause -> String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT))
          .anyMatch(message -> phrases.stream().anyMatch(message::contains));
    }

    private static Stream<Throwable> causes(Throwable thrown) {
      return Stream.iterate(thrown, cause -> cause != null, cause -> cause.getCause()).limit(20);
    }

    /** The first line: the only part of libtorch's messages that helps a user. */
    private static String line(Throwable thrown) {
      @Nullable String message = thrown.getMessage();
      String first =
          message == null ? "" : message.lines().filter(l -> !l.isBlank()).findFirst().orElse("");
      String kind = thrown.getClass().getSimpleName();
      String text =
          first.isEmpty() ? kind : thrown instanceof EngramException ? first : kind + ": " + first;
      return text.length() <= LONGEST_LINE ? text : text.substring(0, LONGEST_LINE) + "…";
    }
  }
}
