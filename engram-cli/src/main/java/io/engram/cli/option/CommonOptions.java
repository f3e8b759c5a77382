package io.engram.cli.option;

import io.engram.cli.output.Console;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.core.ProgressListener;
import io.engram.model.BatchRunners;
import io.engram.model.group.WorkerGroup;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.run.Setup;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The options that every command takes. */
public final class CommonOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @ArgGroup(validate = false, heading = "%nCommon options:%n")
  private Values values = new Values();

  private @Nullable Integer threadsOnCpu;

  static final class Values {
    @Option(
        names = "--device",
        paramLabel = "DEVICE",
        description = "auto, cpu or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "auto";

    @Option(
        names = "--dtype",
        paramLabel = "DTYPE",
        description =
            "Number format of the weights: auto, float32 or bfloat16; convert can also write "
                + "float16. auto: float32 below 1 billion parameters and where all weights are "
                + "trained, otherwise that of the file")
    private @Nullable NumberFormat dtype;

    @Option(
        names = "--batch-tokens",
        paramLabel = "N",
        description = "Maximum tokens in a forward pass (default: ${DEFAULT-VALUE})")
    private int batchTokens = 4096;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Seed of all randomness (default: 42, or the recipe's)")
    private @Nullable Long seed;

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads to compute with (default: 0, one per core)")
    private int threads;

    @Option(
        names = "--ignore-memory",
        description = "Continue even if there seems to be too little memory")
    private boolean ignoreMemory;

    @Option(names = "--json", description = "Print one JSON object instead of tables")
    private boolean json;

    @Option(names = "--quiet", description = "Print no progress and no messages except errors")
    private boolean quiet;

    @Option(names = "--stacktrace", description = "Print the stack trace of an error")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean stacktrace;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;
  }

  /** Where this command prints. */
  public Console console() {
    CommandLine line = command().commandLine();
    return new Console(line.getOut(), line.getErr(), values.json, values.quiet);
  }

  /** As given. */
  public String device() {
    return values.device;
  }

  /** As in a recipe; null if not given. */
  public @Nullable String dtype() {
    if (values.dtype == NumberFormat.FLOAT16) {
      throw mistake(
          "--dtype float16: only convert can write it; models compute in auto, float32 or"
              + " bfloat16");
    }
    return values.dtype == null ? null : values.dtype.name().toLowerCase(Locale.ROOT);
  }

  /** Number format of the weights that a command writes; null: that of the source. */
  public @Nullable Dtype writtenDtype() {
    return values.dtype == null ? null : values.dtype.written();
  }

  /** As given; null if not given. */
  public @Nullable Long seed() {
    return values.seed;
  }

  /** As given, at least 1. */
  public int batchTokens() {
    return atLeast(1, values.batchTokens, "--batch-tokens");
  }

  /** Whether to continue even if the command needs more memory than is available. */
  public boolean ignoreMemory() {
    return values.ignoreMemory;
  }

  /** As given, at least 0. */
  public int threads() {
    return atLeast(0, values.threads, "--threads");
  }

  /** The arguments as they were typed, the command's name first. */
  public List<String> arguments() {
    return command().root().commandLine().getParseResult().originalArgs();
  }

  /** The command as it was typed. */
  public String typed() {
    return "engram " + String.join(" ", arguments().stream().map(CommonOptions::quoted).toList());
  }

  /**
   * From now on, models are opened on the CPU whatever {@code --device} says, since their passes
   * are computed elsewhere.
   *
   * @param threads that passes are cut for; 0: one per core
   */
  void openOnCpu(int threads) {
    threadsOnCpu = threads;
  }

  /** How to run the computation. Loads libtorch, which is needed to find the device. */
  public Setup setup() {
    return setup(Progress.shown(console()));
  }

  /** The same, reporting progress to another listener. */
  public Setup setup(ProgressListener progress) {
    return new Setup(
        typed(),
        threadsOnCpu == null ? Device.parse(device()) : Device.CPU,
        threadsOnCpu == null ? threads() : threadsOnCpu,
        batchTokens(),
        progress,
        Interruption::requested,
        List.of(),
        ignoreMemory(),
        WorkerGroup.ALONE,
        BatchRunners.HERE);
  }

  /**
   * Rejects options that a run takes from its folder once it has begun. Those that say how to
   * compute, such as {@code --threads}, may change.
   */
  public void requireNoneWithResume(List<String> options) {
    ParseResult parsed = command().commandLine().getParseResult();
    for (String option : options) {
      if (parsed.hasMatchedOption(option)) {
        throw mistake(
            "--resume takes what the run was begun with from its folder: leave out " + option);
      }
    }
  }

  /** A mistake in how this command was called. */
  public CommandLine.ParameterException mistake(String message) {
    return new CommandLine.ParameterException(command().commandLine(), message);
  }

  private int atLeast(int least, int value, String option) {
    if (value < least) {
      throw mistake("%s %d: must be at least %d".formatted(option, value, least));
    }
    return value;
  }

  /** An argument as it is typed in a shell: in quotes where it needs them. */
  public static String quoted(String argument) {
    return argument.matches("[\\w./:=,+@%-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private CommandSpec command() {
    return Objects.requireNonNull(command, "set by picocli");
  }

  /** The values of --dtype. */
  private enum NumberFormat {
    AUTO(null),
    FLOAT32(Dtype.FLOAT32),
    BFLOAT16(Dtype.BFLOAT16),
    FLOAT16(Dtype.FLOAT16);

    private final @Nullable Dtype written;

    NumberFormat(@Nullable Dtype written) {
      this.written = written;
    }

    /** The number format; null: that of the source. */
    @Nullable Dtype written() {
      return written;
    }
  }
}
