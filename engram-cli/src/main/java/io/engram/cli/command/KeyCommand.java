package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.core.certificate.SigningKey;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code engram key}: the parent of what is done with keys. */
@Command(
    name = "key",
    description = "Makes keys to sign certificates with.",
    subcommands = KeyCommand.New.class)
final class KeyCommand implements Runnable {
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
        "give a command: engram key new [--out FILE]");
  }

  /** {@code engram key new}. */
  @Command(
      name = "new",
      description = {
        "Makes an Ed25519 key: the private half for yourself, FILE.pub to publish.",
        "Whoever has the private half can sign in your name. No file is ever overwritten."
      },
      sortOptions = false)
  static final class New implements Callable<Integer> {
    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "The file of the private half (default: ${DEFAULT-VALUE})")
    private Path out = Path.of("engram-key.pem");

    @Mixin private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
      Path published = SigningKey.create(out);
      String id = SigningKey.read(out).id();
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("private_key", out.toString());
      json.put("public_key", published.toString());
      json.put("key_id", id);
      common
          .console()
          .result(
              json,
              "Private key: %s (keep it to yourself)\nPublic key: %s (publish it)\nKey id: %s"
                  .formatted(out, published, id));
      return 0;
    }
  }
}
