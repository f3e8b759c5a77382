package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadmeTest {
  @TempDir Path folder;

  @Test
  void showsTheExampleThatIsCompiled() throws Exception {
    String source =
        Files.readString(
            Cli.ROOT.resolve("engram-cli/src/test/java/io/engram/cli/ReadmeExample.java"));
    String example =
        source
            .substring(
                source.indexOf("// README begins\n") + 17, source.indexOf("  // README ends"))
            .stripTrailing()
            .stripIndent();
    assertThat(Files.readString(Cli.ROOT.resolve("docs/java.md")))
        .contains("```java\n" + example + "\n```");
  }

  @Test
  void theExampleRuns() throws Exception {
    System.setProperty("engram.home", Cli.ROOT.toString());
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: {path: '%s'}
            forget: {data: tofu:forget01}
            method: {name: ga}
            order: {name: mrd, estimator: {draws: 2, sigma: 0.01}}
            budget: {updates: 1, batch: 2, accumulate: 1}
            eval: {suites: []}
            """
                .formatted(Cli.TINY));
    Path model = folder.resolve("model");
    ReadmeExample.forget(recipe, folder.resolve("run"), model);
    assertThat(model.resolve("model.safetensors")).exists();
    assertThat(model.resolve("tokenizer.json")).exists();
  }

  @Test
  void namesEveryCommand() throws Exception {
    String readme = Files.readString(Cli.ROOT.resolve("README.md"));
    Engram.commandLine()
        .getSubcommands()
        .keySet()
        .forEach(command -> assertThat(readme).contains("engram " + command));
  }
}
