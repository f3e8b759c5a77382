package io.engram.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** {@code engram} in a process of its own, for what only a process shows: signals, kills. */
public final class Child {
  private Child() {}

  /** The process, not yet started; its output goes to files. */
  public static ProcessBuilder of(Path out, Path err, List<?> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dengram.home=" + Cli.ROOT,
                "-cp",
                Objects.requireNonNull(System.getProperty("java.class.path")),
                "io.engram.cli.Engram"));
    arguments.forEach(argument -> command.add(argument.toString()));
    return new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
  }

  /** Waits for the end of a process and reads what it printed. */
  public static Cli.Ran end(Process process, Path out, Path err)
      throws IOException, InterruptedException {
    int code = process.waitFor();
    return new Cli.Ran(code, Files.readString(out), Files.readString(err));
  }
}
