package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Engram;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs {@code engram} in this process. */
final class Command {
  /** A Llama of a few thousand random weights, with a tokenizer. */
  static final Path TINY = Golden.model("with-tokenizer");

  private Command() {}

  /** What came of a command. */
  record Ran(int exitCode, String out, String err) {}

  static Ran run(Object... arguments) {
    System.setProperty("engram.home", Golden.repository("").toString());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Engram.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new Ran(exitCode, out.toString(), err.toString());
  }

  /** What a command writes to {@code --out}. */
  static String written(Path folder, List<?> command, Object... more) throws IOException {
    Path out = folder.resolve("out.jsonl");
    Files.deleteIfExists(out);
    List<Object> all = new ArrayList<>(command);
    all.addAll(List.of("--out", out));
    all.addAll(List.of(more));
    Ran ran = run(all.toArray());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return Files.readString(out);
  }

  /** The rows that a command writes to a folder of its run folder, by the file's name. */
  static Map<String, String> folder(
      Path parent, String name, List<?> command, List<?> more, Object... last) throws IOException {
    Path out = parent.resolve("run-" + last.length);
    List<Object> all = new ArrayList<>(command);
    all.addAll(List.of("--out", out));
    all.addAll(more);
    all.addAll(List.of(last));
    Ran ran = run(all.toArray());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    Map<String, String> rows = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out.resolve(name))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        rows.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return rows;
  }
}
