package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tiny model that has learned a few rows by heart: something to forget, within seconds. */
final class TaughtModel {
  private TaughtModel() {}

  /** Teaches it the rows of a file; the run folder {@code taught} is the model. */
  static Path write(Path folder, Path rows, int updates) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("teach.yaml"),
            """
            model: {path: '%s'}
            train: {data: '%s'}
            optimizer: {learning_rate: 5e-3}
            budget: {updates: %d, batch: 6, accumulate: 1}
            eval: {suites: []}
            """
                .formatted(Cli.TINY, rows, updates));
    Path taught = folder.resolve("taught");
    Cli.Ran ran = Cli.run("finetune", recipe, "--out", taught, "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return taught;
  }
}
