package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.command.Commands;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class HelpTest {
  @Test
  void withoutACommandShowsAllCommands() {
    Cli.Ran ran = Cli.run();
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .contains("quickstart", "mrd", "score", "generate", "unlearn", "finetune", "eval")
        .contains("report", "recipe", "doctor", "completion", "Exit codes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "mrd",
        "score",
        "generate",
        "unlearn",
        "finetune",
        "eval",
        "report",
        "convert",
        "fetch",
        "doctor",
        "completion"
      })
  void everyCommandTakesTheCommonOptions(String command) {
    Cli.Ran ran = Cli.run(command, "--help");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .startsWith("Usage: engram " + command)
        .contains("--device", "--dtype", "--batch-tokens", "--seed", "--threads")
        .contains("--json", "--quiet", "--stacktrace");
  }

  /**
   * Where picocli breaks a line it may do so within a key or a list, after a full stop or a comma.
   * Where it does, other words have to be found.
   */
  @Test
  void noHelpPageBreaksALineWithinAWord() {
    List<String> pages = new ArrayList<>();
    collect(Commands.all(), pages);
    assertThat(pages).hasSizeGreaterThan(15);
    for (String page : pages) {
      String[] lines = page.lines().toArray(String[]::new);
      for (int i = 0; i < lines.length - 1; i++) {
        assertThat(lines[i]).hasSizeLessThanOrEqualTo(80);
        if (!lines[i + 1].matches(" {2}[a-z]+(, [a-z]+)* {2,}.*")) {
          assertThat(lines[i] + "|" + lines[i + 1].strip())
              .doesNotMatch(".*([.=][|][a-z0-9].*|[0-9],[|][0-9].*)");
        }
      }
    }
  }

  private static void collect(CommandLine command, List<String> pages) {
    pages.add(command.getUsageMessage(CommandLine.Help.Ansi.OFF));
    command.getSubcommands().values().forEach(each -> collect(each, pages));
  }

  @Test
  void theHelpIsTheSameWhetherOrNotAllCommandsWereRead() {
    assertThat(Commands.of(new String[0]).getUsageMessage())
        .isEqualTo(Commands.all().getUsageMessage());
    assertThat(Commands.of(new String[] {"score"}).getSubcommands())
        .hasEntrySatisfying(
            "score", score -> assertThat(score.getUsageMessage()).isEqualTo(usage()));
  }

  @Test
  void anAliasCallsItsCommand() {
    assertThat(Commands.of(new String[] {"difficulty"}).getSubcommands())
        .hasEntrySatisfying(
            "difficulty",
            byAlias ->
                assertThat(byAlias.getUsageMessage()).isEqualTo(Cli.run("mrd", "--help").out()));
  }

  @Test
  void versionNamesTheProgram() {
    Cli.Ran ran = Cli.run("--version");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).startsWith("engram 0.1");
  }

  @Test
  void completionIsABashScriptOfAllCommands() {
    Cli.Ran ran = Cli.run("completion");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .startsWith("#!/usr/bin/env bash")
        .contains("quickstart", "--batch-tokens");
  }

  @Test
  void anUnknownOptionIsNamedWithTheNearestOne() {
    Cli.Ran ran = Cli.run("score", Cli.TINY, "tofu:forget01", "--limt", "2");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("--limt", "--limit", "engram score --help");
    assertThat(ran.err().lines().count()).isLessThanOrEqualTo(3);
  }

  @Test
  void anUnknownCommandIsNamedWithTheNearestOne() {
    Cli.Ran ran = Cli.run("scroe");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("scroe", "score");
  }

  private static String usage() {
    return Cli.run("score", "--help").out();
  }
}
